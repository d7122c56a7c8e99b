"""Direct labels: texts beside marks, moved apart so that none covers another."""

from collections.abc import Sequence


def spread(wanted: Sequence[float], room: Sequence[float], low: float, high: float) -> list[float]:
    """Positions as near `wanted` as they can be, in the same order, each label's `room` kept free.

    All in points. Clusters of colliding labels are centred on their mean wish (pool-adjacent-violators);
    more labels than there is room for run out below `low`.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    offsets, total = {}, 0.0
    for index in order:
        offsets[index] = total + room[index] / 2
        total += room[index]
    blocks: list[list[float]] = []  # [sum of wishes, members], wishes less what lies below
    for index in order:
        blocks.append([wanted[index] - offsets[index], 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1][0] += last[0]
            blocks[-1][1] += last[1]
    bases = [base / members for base, members in blocks for _ in range(int(members))]
    bases = [min(max(base, low), high - total) for base in bases]
    placed = dict(zip(order, (base + offsets[i] for base, i in zip(bases, order, strict=True)), strict=True))
    return [placed[index] for index in range(len(wanted))]
