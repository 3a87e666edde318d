"""Work in the background that people watch: started on commit, followed, cancelled, repeated."""
