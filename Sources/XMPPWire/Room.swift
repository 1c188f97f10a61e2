// Room opened; its first types follow.
