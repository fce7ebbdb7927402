"""Rules between orders, requests and money: what they say, whether they are on, what they did."""
