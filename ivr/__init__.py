"""Menu trees and self-service: everything a caller hears before a person answers."""
