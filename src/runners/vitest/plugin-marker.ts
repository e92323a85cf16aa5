/** The key under which the config plugin leaves word for the workers (Vitest's `provide`): that it is there. */
export const pluginKey = "wakeful:plugin";

/** The same for what a shared start returned. */
export const sharedKey = "wakeful:shared";
