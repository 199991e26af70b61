"""Whether the records of a server are as they were written: the chain of seals recomputed, its heads kept elsewhere."""
