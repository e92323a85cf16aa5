import { z } from "zod";

export const CustomerCreated = z.strictObject({ customer_id: z.uuid(), name: z.string() });
export const OrderCreated = z.strictObject({ order_id: z.string(), customer_id: z.string() });
