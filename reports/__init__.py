"""What the catalogue says about itself: reports, link checks, mails by the clock."""
