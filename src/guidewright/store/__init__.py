"""Records ↔ files: atomic, verified, images beside them."""

from guidewright.store.records import Found, Store, in_folder
from guidewright.store.serial import FILE, SCHEMA, from_folder, to_files
from guidewright.store.writing import send

__all__ = ["FILE", "SCHEMA", "Found", "Store", "from_folder", "in_folder", "send", "to_files"]
