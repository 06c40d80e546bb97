"""Records ↔ files: atomic, verified, images beside them."""

from guidewright.store.records import Found, Store, in_folder
from guidewright.store.serial import FILE, SCHEMA, from_folder, to_files

__all__ = ["FILE", "SCHEMA", "Found", "Store", "from_folder", "in_folder", "to_files"]
