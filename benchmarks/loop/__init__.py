"""The closed loop judged over hours: readings, alerts, plans, orders, and what becomes of tasks."""
