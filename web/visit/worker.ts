/** The parts of the service worker's types that are used; the DOM library has none of them. */
type Extendable = Event & { waitUntil: (work: Promise<unknown>) => void }
type Fetching = Extendable & { request: Request; respondWith: (answer: Promise<Response>) => void }
type Scope = {
  registration: { scope: string }
  skipWaiting: () => Promise<void>
  clients: { claim: () => Promise<void> }
}
const scope = self as unknown as Scope
// It imports nothing, because not every telephone knows workers that do: the page it serves and its cache come with the registration.
const visitPath = new URL(scope.registration.scope).pathname
const visitCache = new URLSearchParams(location.search).get('cache') ?? ''

addEventListener('install', (event) => (event as Extendable).waitUntil(scope.skipWaiting()))
addEventListener('activate', (event) => (event as Extendable).waitUntil(scope.clients.claim()))
addEventListener('fetch', (event) => {
  const { request, respondWith } = event as Fetching
  const { origin, pathname } = new URL(request.url)
  // Nothing of the API is ever kept here: what may be kept of people is in the page's own store.
  if (request.method !== 'GET' || origin !== location.origin || pathname.startsWith('/api/')) return
  if (request.mode === 'navigate') respondWith.call(event, fresh(request))
  else if (pathname.startsWith('/assets/') || pathname === '/icon.svg') respondWith.call(event, kept(request))
})

/** The page as the server has it; as it was kept when there is no line. */
async function fresh(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const page = await caches.match(visitPath, { cacheName: visitCache })
    if (page) return page
    throw error
  }
}

/** Files that carry their hash in the name never change. */
async function kept(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: visitCache })) ?? fetch(request)
}
