"""What callers want and what we do about it: call reasons, work-order types, queues."""
