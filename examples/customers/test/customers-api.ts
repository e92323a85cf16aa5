/** The customers service over HTTP, as a client of it would write it. */
export interface Customer {
  readonly customer_id: string;
  readonly name: string;
  readonly orders: readonly { readonly order_id: string }[];
}

export interface CustomersApi {
  createCustomer(name: string): Promise<Customer>;
  getCustomer(customerId: string): Promise<Customer>;
  /** Any request; the answer as it came. */
  request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
}

export function customersApi(url: string, options: { headers?: Readonly<Record<string, string>> } = {}): CustomersApi {
  async function request(method: string, path: string, body?: unknown) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...options.headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }
  async function successful(method: string, path: string, body?: unknown): Promise<Customer> {
    const answer = await request(method, path, body);
    if (answer.status !== 200)
      throw new Error(`${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Customer;
  }
  return {
    request,
    createCustomer: (name) => successful("POST", "/customer", { name }),
    getCustomer: (customerId) => successful("GET", `/customer/${customerId}`),
  };
}
