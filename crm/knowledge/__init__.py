"""What agents look up while somebody talks: articles, wording by reason, a search that forgives."""
