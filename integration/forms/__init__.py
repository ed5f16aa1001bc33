"""What people type, as forms. Each form of something stored is one of ``versioned.py``."""
