"""Guide, records and parity → page, notebooks and scripts. Pure: nothing here reads or writes the project's files."""
