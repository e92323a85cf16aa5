import type { EventEmitter } from "node:events";
import { setTimeout } from "node:timers/promises";

export interface OrderPlaced {
  readonly order: string;
  readonly pieces: number;
}

/** The system: confirms orders on a bus of domain events, a little later. Orders of nothing are rejected. */
export function startShop(bus: EventEmitter): { readonly confirmed: ReadonlyMap<string, number> } {
  const confirmed = new Map<string, number>();
  const confirm = async ({ order, pieces }: OrderPlaced): Promise<void> => {
    await setTimeout(10);
    if (pieces < 1) {
      bus.emit("OrderRejected", { order });
      return;
    }
    bus.emit("OrderConfirmed", { order });
    await setTimeout(10);
    confirmed.set(order, pieces);
  };
  bus.on("OrderPlaced", (placed: OrderPlaced): unknown => confirm(placed));
  return { confirmed };
}
