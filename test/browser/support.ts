import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { demoPassword } from '../../server/seed/demo/seed.ts'
import { clockOffset } from '../support/clock.ts'
import { shifted } from '../support/shift-date.ts'
import { sharedChromium } from './chromium.ts'
import { type Site, startSite } from './hospital.ts'

export type RoleName = 'nurse' | 'doctor' | 'head' | 'service' | 'outreach' | 'manager' | 'admin' | 'auditor'
export const password = demoPassword

type OpenOptions = BrowserContextOptions & {
  path?: string
  /** In the session and the tab of the last test that asked for it: looking changes nothing that the next one would see. */
  shared?: boolean
}

export type Stage = {
  readonly site: Site
  /** A browser window of its own, signed in, on a page. It remembers nothing of earlier tests but the scripts that it has compiled. */
  openAs: (username: string, options?: OpenOptions) => Promise<Page>
  /** The same, signed in as nobody. */
  open: (options?: OpenOptions) => Promise<Page>
  /** Runs one statement on the server's database. */
  rows: <T>(statement: string, values?: unknown[]) => Promise<T[]>
}

/**
 * A server with a full hospital and a browser for the tests of one file. What goes wrong in a page without being asked for (a script error, a
 * refused script or style, an answer of 500, or of 400: our own client sends nothing that no route knows) fails the test in which it happens.
 */
export function useStage(): Stage {
  let site: Site | undefined
  let browser: Browser | undefined
  vi.setConfig({ testTimeout: 300_000 })
  /** Windows in use by the test that runs, those that later tests may have, and those with a tab that stays. */
  const used = new Map<BrowserContext, string>()
  const free = new Map<string, BrowserContext[]>()
  const windows = new Map<string, BrowserContext>()
  const troubles: string[] = []

  beforeAll(async () => {
    site = await startSite()
    browser = await sharedChromium()
  }, 240_000)
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPictures([...used.keys(), ...windows.values()], task.name)
    const tabs = [...windows.values()].map((context) => context.pages())
    await Promise.all([
      ...Array.from(used, ([window, look]) => putBack(window, look)),
      ...tabs.flatMap(([kept, ...more]) => [kept?.goto('about:blank'), ...more.map((one) => one.close())]),
    ])
    expect(troubles.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await Promise.all([...windows.values(), ...[...free.values()].flat()].map((window) => window.close()))
    await site?.stop()
  })

  const server = () => {
    if (!site) throw new Error('The server starts before the first test of the file, not earlier.')
    return site
  }

  async function newWindow(options: BrowserContextOptions): Promise<BrowserContext> {
    if (!browser) throw new Error('The browser starts before the first test of the file, not earlier.')
    const context = await browser.newContext({
      baseURL: server().url,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      viewport: { width: 1366, height: 768 },
      reducedMotion: 'reduce',
      ...options,
    })
    context.setDefaultTimeout(45_000)
    await context.addInitScript(`globalThis.Date = (${shifted.toString()})(Date, () => ${clockOffset()})`)
    return context
  }

  /** Without its tabs, cookies and what was set on it. A window that the test has closed is gone; one that went wrong may be in any state. */
  async function putBack(window: BrowserContext, look: string): Promise<void> {
    used.delete(window)
    try {
      await Promise.all(window.pages().map((page) => page.close()))
      await window.unrouteAll({ behavior: 'ignoreErrors' })
      await window.setOffline(false)
      await window.clearPermissions()
      await window.clearCookies()
      free.set(look, [...(free.get(look) ?? []), window])
    } catch {
      await window.close().catch(() => undefined)
    }
  }

  /** What is stored in the window goes; the scripts that it has loaded and compiled, the most of what a page costs, stay. */
  async function reopened(window: BrowserContext): Promise<BrowserContext> {
    const page = await window.newPage()
    const session = await window.newCDPSession(page)
    await session.send('Storage.clearDataForOrigin', {
      origin: server().url,
      storageTypes: 'local_storage,indexeddb,service_workers,cache_storage',
    })
    await page.close()
    return window
  }

  async function newPage(context: BrowserContext, path?: string): Promise<Page> {
    const page = await context.newPage()
    watch(page, troubles)
    if (path !== undefined) await page.goto(path)
    return page
  }

  async function open({
    path: start,
    ...options
  }: BrowserContextOptions & { path?: string } = {}): Promise<Page> {
    const look = JSON.stringify(options)
    const known = free.get(look)?.pop()
    const context = known ? await reopened(known) : await newWindow(options)
    used.set(context, look)
    return newPage(context, start)
  }

  async function signInAs(context: BrowserContext, username: string): Promise<void> {
    const answer = await context.request.post('/api/auth/sign-in/username', {
      data: { username, password },
      headers: { origin: server().url },
    })
    if (!answer.ok()) throw new Error(`sign-in of ${username}: ${answer.status()} ${await answer.text()}`)
    // Outside of a page the time of Node decides when a cookie has run out, and the browser keeps its own: without an end it holds in both.
    const set = answer.headersArray().filter(({ name }) => name.toLowerCase() === 'set-cookie')
    await context.addCookies(
      set.map(({ value }) => {
        const [name = '', content = ''] = (value.split(';')[0] ?? '').split(/=(.*)/)
        return { name, value: content, url: server().url, httpOnly: true, sameSite: 'Lax' as const }
      }),
    )
  }

  /** Windows of one user that look otherwise (language, size) are windows of their own. */
  async function sharedWindow(username: string, options: BrowserContextOptions): Promise<BrowserContext> {
    const key = JSON.stringify([username, options])
    const known = windows.get(key)
    if (known) return known
    const made = await newWindow(options)
    windows.set(key, made)
    await signInAs(made, username)
    return made
  }

  async function sharedTab(context: BrowserContext): Promise<Page> {
    const [kept] = context.pages()
    await kept?.emulateMedia({ colorScheme: null })
    return kept ?? newPage(context)
  }

  return {
    get site() {
      return server()
    },
    open,
    async openAs(username, options = {}) {
      const { path: start = '/desk', shared = false, ...rest } = options
      const page = shared ? await sharedTab(await sharedWindow(username, rest)) : await open(rest)
      if (!shared) await signInAs(page.context(), username)
      await page.goto(start)
      await page.locator('#main').waitFor()
      return page
    },
    async rows<T>(statement: string, values: unknown[] = []) {
      const { rows } = await server().services.database.pool.query(statement, values)
      return rows as T[]
    },
  }
}

/** What a failed test saw last, in the temporary folder. */
async function keepPictures(contexts: BrowserContext[], test: string): Promise<void> {
  const folder = path.join(tmpdir(), 'careloop-browser')
  await mkdir(folder, { recursive: true })
  const pages = contexts.flatMap((context) => context.pages())
  const name = test.replaceAll(/[^\w]+/g, '-').slice(0, 80)
  await Promise.all(
    pages.map((page, index) =>
      page.screenshot({ path: path.join(folder, `${name}-${index + 1}.png`) }).catch(() => undefined),
    ),
  )
}

function watch(page: Page, troubles: string[]): void {
  page.on('pageerror', (error) => troubles.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    // Refusals (4xx) are answers that a screen deals with; the browser reports them as errors all the same.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      troubles.push(`${page.url()}: ${message.text()}`)
  })
  page.on('response', (response) => {
    // A test that breaks the line itself says so.
    if (response.headers()['x-broken-by-test']) return
    if (response.status() >= 500 || response.status() === 400)
      troubles.push(`${response.status()} ${response.request().method()} ${response.url()}`)
  })
}
