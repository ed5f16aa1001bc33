"""Price lists and their lines: what data cannot say of them."""
