"""What finds anomalies: views, scaler, prototypes, threshold, and the bundle they travel in."""
