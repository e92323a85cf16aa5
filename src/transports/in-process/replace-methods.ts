/** Puts methods on this one instance. What it returns takes them off again. */
export function replaceMethods(target: object, methods: Readonly<Record<string, unknown>>): () => void {
  const own = new Map<string, PropertyDescriptor | undefined>();
  for (const [name, value] of Object.entries(methods)) {
    own.set(name, Object.getOwnPropertyDescriptor(target, name));
    Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return () => {
    for (const [name, descriptor] of own) {
      if (descriptor === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, descriptor);
    }
    own.clear();
  };
}
