import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { demoPassword } from '../../server/seed/demo/seed.ts'
import { launchChromium } from './chromium.ts'
import { type Site, startSite } from './hospital.ts'

export type RoleName = 'nurse' | 'doctor' | 'head' | 'service' | 'outreach' | 'manager' | 'admin' | 'auditor'
export const password = demoPassword

type OpenOptions = BrowserContextOptions & {
  path?: string
  /** With the session of the last test that asked for it: looking needs no sign-in of its own. */
  shared?: boolean
}

type SessionState = Awaited<ReturnType<BrowserContext['storageState']>>

export type Stage = {
  readonly site: Site
  /** A browser window of its own, signed in, on a page. */
  openAs: (username: string, options?: OpenOptions) => Promise<Page>
  /** The same, signed in as nobody. */
  open: (options?: OpenOptions) => Promise<Page>
  /** Runs one statement on the server's database. */
  rows: <T>(statement: string, values?: unknown[]) => Promise<T[]>
}

/**
 * A server with a full hospital and a browser for the tests of one file. What goes wrong in a page without being asked for (a script error, a
 * refused script or style, an answer of 500) fails the test in which it happens.
 */
export function useStage(): Stage {
  let site: Site | undefined
  let browser: Browser | undefined
  vi.setConfig({ testTimeout: 60_000 })
  const contexts: BrowserContext[] = []
  const troubles: string[] = []
  const sessions = new Map<string, SessionState>()

  beforeAll(async () => {
    site = await startSite()
    browser = await launchChromium()
  }, 240_000)
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPictures(contexts, task.name)
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    expect(troubles.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await site?.stop()
  })

  const server = () => {
    if (!site) throw new Error('The server starts before the first test of the file, not earlier.')
    return site
  }

  async function open({ path: start, ...options }: OpenOptions = {}): Promise<Page> {
    if (!browser) throw new Error('The browser starts before the first test of the file, not earlier.')
    const context = await browser.newContext({
      baseURL: server().url,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      viewport: { width: 1366, height: 768 },
      reducedMotion: 'reduce',
      ...options,
    })
    contexts.push(context)
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    watch(page, troubles)
    if (start !== undefined) await page.goto(start)
    return page
  }

  async function signInAs(page: Page, username: string): Promise<SessionState> {
    const answer = await page.context().request.post('/api/auth/sign-in/username', {
      data: { username, password },
      headers: { origin: server().url },
    })
    if (!answer.ok()) throw new Error(`sign-in of ${username}: ${answer.status()} ${await answer.text()}`)
    return page.context().storageState()
  }

  return {
    get site() {
      return server()
    },
    open,
    async openAs(username, options = {}) {
      const { path: start = '/', shared = false, ...rest } = options
      const known = shared ? sessions.get(username) : undefined
      const page = await open({ ...rest, ...(known && { storageState: known }) })
      if (!known) sessions.set(username, await signInAs(page, username))
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
    if (response.status() >= 500)
      troubles.push(`${response.status()} ${response.request().method()} ${response.url()}`)
  })
}
