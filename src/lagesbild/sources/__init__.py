"""Where figures come from: the services, the files, and the snapshot in data/raw."""
