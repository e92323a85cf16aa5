/** The pages of a list, in order; the next one is asked for when it is wanted. `ask` gets the token as AWS takes it. */
export async function* pages<Page extends { readonly NextToken?: string | undefined }>(
  ask: (from: { readonly NextToken?: string }) => Promise<Page>,
): AsyncGenerator<Page, void> {
  let token: string | undefined;
  do {
    const page = await ask(token === undefined ? {} : { NextToken: token });
    yield page;
    token = page.NextToken;
  } while (token !== undefined);
}
