"""Native charts: their numbers lie in a workbook that the reader can edit."""

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.util import Pt

from ..charts.look import SERIES
from .looks import CHART_SIZE, colour
from .plan import Chart

KINDS = {
    "bars": XL_CHART_TYPE.BAR_CLUSTERED,
    "stacked": XL_CHART_TYPE.COLUMN_STACKED,
    "lines": XL_CHART_TYPE.LINE,
    "dots": XL_CHART_TYPE.XY_SCATTER,
}


def add_chart(shapes, chart: Chart, box: tuple[int, int, int, int]):
    """Draws a chart in `box` (left, top, width, height) and returns its shape."""
    frame = shapes.add_chart(KINDS[chart.kind], *box, _data(chart))
    native = frame.chart
    native.font.size, native.font.color.rgb = CHART_SIZE, colour("ink")
    native.has_title = chart.kind == "bars"
    if native.has_title:
        native.chart_title.text_frame.text = chart.unit
        native.chart_title.text_frame.paragraphs[0].font.size = CHART_SIZE
    native.has_legend = len(chart.series) > 1
    if native.has_legend:
        native.legend.position, native.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    value_axis = native.value_axis
    value_axis.has_major_gridlines = chart.kind != "bars"
    value_axis.tick_labels.number_format = _format(chart.decimals)
    value_axis.tick_labels.number_format_is_linked = False
    value_axis.visible = chart.kind != "bars"
    if value_axis.visible:
        value_axis.has_title = True
        value_axis.axis_title.text_frame.text = chart.unit
    if chart.kind == "bars":  # the first category on top; the bars carry their numbers
        native.category_axis.reverse_order = True
        native.plots[0].gap_width = 45
    if chart.kind in ("bars", "stacked"):
        native.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _colours(native, chart)
    return frame


def _data(chart: Chart):
    if chart.kind == "dots":
        data = XyChartData(number_format=_format(chart.decimals))
        for name, points in chart.series.items():
            series = data.add_series(name)
            for x, y in points:
                series.add_data_point(x, y)
        return data
    data = CategoryChartData(number_format=_format(chart.decimals))
    data.categories = chart.categories
    for name, values in chart.series.items():
        data.add_series(name, values)
    return data


def _colours(native, chart: Chart) -> None:
    for number, series in enumerate(native.plots[0].series):
        fill = colour(SERIES[number % len(SERIES)]) if number < len(SERIES) else colour("ink")
        if chart.kind == "lines":
            series.format.line.color.rgb, series.format.line.width, series.smooth = fill, Pt(2), False
        elif chart.kind == "dots":
            series.format.line.fill.background()
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = fill
        else:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = fill
            series.invert_if_negative = False
    if chart.kind == "bars":
        labels = native.plots[0]
        labels.has_data_labels = True
        labels.data_labels.number_format, labels.data_labels.number_format_is_linked = _format(chart.decimals), False
        labels.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
        labels.data_labels.font.size = CHART_SIZE


def _format(decimals: int) -> str:
    return "0" if decimals == 0 else "0." + "0" * decimals
