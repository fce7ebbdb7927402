"""Lists that leave the house: asked for, approved by a second person, watermarked, expiring."""
