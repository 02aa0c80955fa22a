const cacheName = 'gradus-datasets'

interface PageCache {
  match(address: string): Promise<Response | undefined>
  put(address: string, response: Response): Promise<void>
}

/** The cache of a page. There is none where the page is not secure, or in private windows of some browsers. */
async function pageCache(): Promise<PageCache | undefined> {
  try {
    const { caches } = globalThis as { readonly caches?: { open(name: string): Promise<PageCache> } }
    return await caches?.open(cacheName)
  } catch {
    return undefined
  }
}

/** The bytes that a page has kept for an address. */
export async function cachedInPage(address: string): Promise<Uint8Array | undefined> {
  if (!/^https?:/i.test(address)) return undefined
  const found = await (await pageCache())?.match(address).catch(() => undefined)
  return found && new Uint8Array(await found.arrayBuffer())
}

/** Keeps the bytes for an address, if there is space. */
export async function keepInPage(address: string, bytes: Uint8Array): Promise<void> {
  if (!/^https?:/i.test(address)) return
  const body = new Response(bytes as Uint8Array<ArrayBuffer>)
  await (await pageCache())?.put(address, body).catch(() => {})
}
