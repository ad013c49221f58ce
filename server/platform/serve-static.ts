import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context } from 'hono'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}
const compressible = /^(text\/|application\/(json|manifest)|image\/svg)/

type Encoding = 'br' | 'gzip' | 'identity'
type Asset = {
  type: string
  immutable: boolean
  bodies: Map<Encoding, Promise<Buffer<ArrayBuffer>>>
  file: string
}

const compress = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
}

/**
 * Serves a built web app from memory: only files that exist when first asked for, so no path can lead outside the folder.
 * Every other address gets `index.html`, because the app has its own router.
 */
export function serveStatic(folder: string): (c: Context) => Promise<Response | undefined> {
  let listing: Promise<Map<string, Asset>> | undefined
  return async (c) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return undefined
    listing ??= list(folder)
    const assets = await listing
    if (assets.size === 0) {
      // Not built yet: look again next time.
      listing = undefined
      return undefined
    }
    const wanted = decodePath(c.req.path)
    const asset = assets.get(wanted === '/' ? '/index.html' : wanted) ?? fallback(assets, wanted)
    if (!asset) return undefined
    const encoding = chooseEncoding(c.req.header('accept-encoding'), asset.type)
    const body = await load(asset, encoding)
    const headers: Record<string, string> = {
      'Content-Type': asset.type,
      'Content-Length': String(body.length),
      'Cache-Control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(compressible.test(asset.type) && { Vary: 'Accept-Encoding' }),
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
    }
    return c.req.method === 'HEAD' ? c.body(null, 200, headers) : c.body(body, 200, headers)
  }
}

async function list(folder: string): Promise<Map<string, Asset>> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const assets = new Map<string, Asset>()
  for (const name of names) {
    const file = path.join(folder, name)
    if (!(await stat(file)).isFile()) continue
    const url = `/${name.split(path.sep).join('/')}`
    const type = types[path.extname(name)] ?? 'application/octet-stream'
    // Vite puts a hash of the content into the names below assets/.
    assets.set(url, { type, immutable: url.startsWith('/assets/'), bodies: new Map(), file })
  }
  return assets
}

/** A missing script must be a 404; answering it with a page would only hide the mistake. */
function fallback(assets: Map<string, Asset>, wanted: string): Asset | undefined {
  return path.extname(wanted) === '' ? assets.get('/index.html') : undefined
}

function load(asset: Asset, encoding: Encoding): Promise<Buffer<ArrayBuffer>> {
  let body = asset.bodies.get(encoding)
  if (!body) {
    const read = readFile(asset.file)
    body = encoding === 'identity' ? read : read.then((bytes) => compress[encoding](bytes))
    // A file that vanished under us (a new build) must not be remembered as an error.
    body.catch(() => asset.bodies.delete(encoding))
    asset.bodies.set(encoding, body)
  }
  return body
}

function chooseEncoding(accepted: string | undefined, type: string): Encoding {
  if (!accepted || !compressible.test(type)) return 'identity'
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : 'identity'
}

function decodePath(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}
