/** The page of today's visits and the cache that keeps it. */
const visitPath = '/visits/today'
const visitCache = 'careloop-visits'

/**
 * Keeps this page on the telephone once all of it has arrived: first the files, then the page that names them, so that a line that breaks in
 * between leaves the old page whole.
 * @returns whether the page opens without a line
 */
export async function keepShell(): Promise<boolean> {
  if (!('serviceWorker' in navigator) || !('caches' in globalThis)) return false
  try {
    await navigator.serviceWorker.register(`/visit-worker.js?cache=${visitCache}`, { scope: visitPath })
    const loaded = performance
      .getEntriesByType('resource')
      .map((entry) => new URL(entry.name))
      .filter((url) => url.origin === location.origin && url.pathname.startsWith('/assets/'))
      .map((url) => url.pathname)
    const named = Array.from(document.querySelectorAll<HTMLElement>('script[src], link[href]'))
      .map((element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '')
      .filter((path) => path.startsWith('/'))
    const wanted = new Set([...loaded, ...named])
    const cache = await caches.open(visitCache)
    const known = new Set((await cache.keys()).map((request) => new URL(request.url).pathname))
    await cache.addAll([...wanted].filter((path) => !known.has(path)))
    const page = await fetch(visitPath, { cache: 'no-cache' })
    const main = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.getAttribute('src')
    // A new version was installed meanwhile: its files are kept when it has been opened once.
    if (page.ok && main && (await page.clone().text()).includes(main)) await cache.put(visitPath, page)
    else if (!known.has(visitPath)) return false
    await navigator.serviceWorker.ready
    return true
  } catch {
    // No line just now: what was kept before still opens.
    return (await caches.match(visitPath, { cacheName: visitCache }).catch(() => undefined)) !== undefined
  }
}
