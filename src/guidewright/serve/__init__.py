"""What stays up while guides are written: a watcher, the state that pages show, and a server on this machine only."""
