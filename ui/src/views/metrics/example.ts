/* What one writes to have metrics here. */
export const EXAMPLE = `pip install sonde

from opentelemetry import metrics
import sonde

sonde.configure(service_name="shop")
meter = metrics.get_meter("shop")

orders = meter.create_counter("shop.orders", unit="{order}", description="Orders taken.")
took = meter.create_histogram("shop.checkout.duration", unit="s", description="How long a checkout took.")

orders.add(1, {"country": "de"})
took.record(0.187, {"country": "de"})`;
