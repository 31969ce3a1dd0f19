"""Parts of the script bench, which stands beside this folder."""
