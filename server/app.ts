import path from 'node:path'
import { Hono, type MiddlewareHandler } from 'hono'
import { mountImport } from './feeds/table/routes.ts'
import { fhirBase } from '../contract/fhir.ts'
import { openLiveStream } from '../contract/live.ts'
import { answerFhirError, mountFhir } from './feeds/fhir/routes.ts'
import { createAuth } from './modules/access/auth.ts'
import { mountAccess } from './modules/access/routes.ts'
import { createResolver } from './modules/access/resolve-actor.ts'
import { createAuthRoutes } from './modules/access/sign-in.ts'
import { mountAudit } from './modules/audit/routes.ts'
import { mountContact } from './modules/contact/routes.ts'
import { mountLive } from './modules/access/live.ts'
import { frameOrigins, launchPath } from './modules/launch/framing.ts'
import { mountLaunch } from './modules/launch/routes.ts'
import { mountForm } from './modules/form/routes.ts'
import { mountFigure } from './modules/figure/routes.ts'
import { mountGroup } from './modules/group/routes.ts'
import { mountGuidance } from './modules/guidance/routes.ts'
import { mountIntake } from './modules/intake/routes.ts'
import { mountMatch } from './modules/match/routes.ts'
import { mountMessage } from './modules/message/routes.ts'
import { mountOrganisation } from './modules/organisation/routes.ts'
import { mountSavedViews } from './modules/saved-view/routes.ts'
import { mountOutbound } from './modules/outbound/routes.ts'
import { mountPreference } from './modules/preference/routes.ts'
import { unsubscribeByClick } from './modules/preference/wishes.ts'
import { mountPathway } from './modules/pathway/routes.ts'
import { mountPerson } from './modules/person/routes.ts'
import { mountQuestionnaire } from './modules/questionnaire/routes.ts'
import { mountCampaign } from './modules/campaign/routes.ts'
import { mountSegment } from './modules/segment/routes.ts'
import { mountSetting } from './modules/setting/routes.ts'
import { mountHeadCheck } from './modules/head-check/routes.ts'
import { mountVoice } from './modules/voice/routes.ts'
import { mountCase } from './modules/case/routes.ts'
import { mountPromise } from './modules/promise/routes.ts'
import { mountConversation } from './modules/conversation/routes.ts'
import { chatOrigins, chatPath } from './modules/conversation/framing.ts'
import { mountAssistant } from './modules/assistant/routes.ts'
import { mountKnowledge } from './modules/knowledge/routes.ts'
import { mountDispute } from './modules/dispute/routes.ts'
import { mountInstruction } from './modules/instruction/routes.ts'
import { mountPortal } from './modules/portal/routes.ts'
import { portalCaller } from './modules/portal/resolve.ts'
import { mountQuality } from './modules/quality/routes.ts'
import { mountSpotCheck } from './modules/spot-check/routes.ts'
import { mountTemplate } from './modules/template/routes.ts'
import { mountTeam } from './modules/team/routes.ts'
import { mountTask } from './modules/task/routes.ts'
import { mountTimeline } from './modules/timeline/routes.ts'
import { mountCalendarFeed } from './modules/appointment/calendar-feed-routes.ts'
import { mountAppointment } from './modules/appointment/routes.ts'
import { mountBooking } from './modules/booking/routes.ts'
import { phoneOrigins } from './modules/call/browser-line.ts'
import { mountCall } from './modules/call/routes.ts'
import { mountVisit } from './modules/visit/routes.ts'
import { mountWaiting } from './modules/waiting/routes.ts'
import { AppError } from './platform/errors.ts'
import { type Api, answerError, type ApiContext, type ApiEnvironment, createApi } from './platform/http.ts'
import { refuseUnstorable } from './platform/input-guard.ts'
import { log } from './platform/log.ts'
import { pendingMigrations } from './platform/migrate.ts'
import { mountApiPage } from './platform/api-page.ts'
import { serveStatic } from './platform/serve-static.ts'
import type { Services } from './platform/services.ts'
import { confirmSession, underGuard } from './platform/session-guard.ts'
import {
  allowConnecting,
  allowFraming,
  callerAddress,
  refuseCrossSite,
  securityHeaders,
} from './platform/web-security.ts'

export type Mount = (api: Api, services: Services) => void

/** Every module that has routes. */
const modules: Mount[] = [
  mountAccess,
  mountLaunch,
  mountAudit,
  mountPerson,
  mountContact,
  mountMatch,
  mountTask,
  mountTimeline,
  mountTeam,
  mountGuidance,
  mountPathway,
  mountQuestionnaire,
  mountForm,
  mountPreference,
  mountMessage,
  mountTemplate,
  mountFigure,
  mountIntake,
  mountOutbound,
  mountImport,
  mountGroup,
  mountOrganisation,
  mountSavedViews,
  mountSegment,
  mountCampaign,
  mountSetting,
  mountSpotCheck,
  mountInstruction,
  mountDispute,
  mountVoice,
  mountPromise,
  mountCase,
  mountConversation,
  mountKnowledge,
  mountAssistant,
  mountHeadCheck,
  mountVisit,
  mountAppointment,
  mountCalendarFeed,
  mountBooking,
  mountCall,
  mountQuality,
  mountPortal,
  mountWaiting,
]

export type AppOptions = {
  /** Tests: an answer that breaks its contract is an error. */
  checkAnswers?: boolean
  /** Modules besides those of the product. */
  more?: Mount[]
  /** Where the built web app lies. */
  webRoot?: string
}

export type App = { app: Hono<ApiEnvironment>; api: Api; fhir: Api; settled: () => Promise<void> }

/** Puts the HTTP side together: health, sign-in, the API and the web app. */
export function createApp(services: Services, options: AppOptions = {}): App {
  const { config, db } = services
  const https = config.publicUrl?.startsWith('https://') ?? false
  const app = new Hono<ApiEnvironment>()
  const resolver = createResolver(services)
  const auth = createAuth(services)
  app.onError((error, c) =>
    c.req.path.startsWith('/fhir/')
      ? answerFhirError(error, c as ApiContext)
      : answerError(error, c as ApiContext),
  )
  app.use('*', securityHeaders({ https }))
  if (log.isLevelEnabled('debug')) app.use('*', logRequests)

  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    const pending = await pendingMigrations(db).catch(() => undefined)
    if (pending === undefined || pending.length > 0) throw new AppError('unavailable')
    return c.json({ status: 'ready' })
  })

  app.use('*', refuseUnstorable)
  const refuse = refuseCrossSite(config.publicUrl)
  const identify: MiddlewareHandler<ApiEnvironment> = async (c, next) => {
    const address = callerAddress(c as ApiContext, config.trustedProxies)
    c.set('address', address)
    c.header('Cache-Control', 'no-store')
    const cookie = c.req.header('cookie')
    // A patient and a colleague may be signed in on one device; neither is the other.
    if (/^\/api\/v1\/portal(\/|$)/.test(c.req.path)) {
      c.set('actor', await portalCaller(db, cookie, address))
      return next()
    }
    const authorization = c.req.header('authorization')
    const credentials = {
      ...(cookie !== undefined && { cookie }),
      ...(authorization !== undefined && { authorization }),
      address,
      listens: c.req.path === `/api/v1${openLiveStream.path}`,
    }
    const searches = c.req.method === 'POST' && /^\/api\/v1\/.*\/search$/.test(c.req.path)
    const reads = searches || (c.req.method === 'GET' && !c.req.path.startsWith('/api/auth/'))
    const remembered = reads ? resolver.remembered(credentials) : undefined
    const caller = remembered ?? (await resolver.resolve(credentials))
    c.set('actor', caller?.actor)
    // Below /api/v1 and /fhir each route checks this itself; workstation sessions may not use sign-in and passwords.
    if (caller?.actor.launch && c.req.path.startsWith('/api/auth/')) throw new AppError('forbidden')
    if (caller?.mustChangePassword && !mayBeforePasswordChange.has(`${c.req.method} ${c.req.path}`))
      throw new AppError('password-change-required')
    if (!remembered) return next()
    const { guard } = remembered
    await underGuard(guard, async () => {
      await next()
      await confirmSession(db)
    }).catch((error: unknown) => {
      if (guard.state === 'holds') throw error
    })
    if (guard.state === 'holds') return
    // Nothing was read, written or sent: repeat the request with the current session.
    resolver.forget(credentials)
    await c.res.body?.cancel()
    c.res = undefined
    c.res = await app.fetch(...(await askedAgain(c as ApiContext)))
  }
  // RFC 8058: a mail provider posts without cookies and without an origin; a GET of the same address is the page.
  app.post('/p/:token', async (c) => {
    const address = callerAddress(c as ApiContext, config.trustedProxies)
    await unsubscribeByClick({ db, address }, c.req.param('token'))
    return c.body(null, 204)
  })
  for (const path of ['/api/*', '/fhir/*']) app.use(path, refuse, identify)
  app.route('/api/auth', createAuthRoutes(services, auth, resolver))

  const api = createApi(db, { checkAnswers: options.checkAnswers ?? false })
  api.onError(answerError)
  for (const mount of [...modules, ...(options.more ?? [])]) mount(api, services)
  mountLive(api, services, resolver)
  mountApiPage(api)
  app.route('/api/v1', api)
  const fhir = createApi(db, { openQuery: true })
  fhir.onError(answerFhirError)
  mountFhir(fhir, services)
  app.route(fhirBase, fhir)
  for (const path of ['/api/*', '/fhir/*'])
    app.all(path, () => {
      throw new AppError('not-found')
    })

  const web = serveStatic(options.webRoot ?? path.resolve(import.meta.dirname, '../web/dist'))
  app.notFound(async (c) => {
    if (c.req.path === launchPath) allowFraming(c, await frameOrigins(db))
    else if (c.req.path === chatPath) allowFraming(c, await chatOrigins(db))
    // Pages of staff; they open also while the database is away.
    else if (!notForStaff.test(c.req.path)) allowConnecting(c, await phoneOrigins(db).catch(() => []))
    return (await web(c)) ?? answerError(new AppError('not-found'), c)
  })
  return { app, api, fhir, settled: resolver.settled }
}

/** Pages of patients, and what pages are made of. */
const notForStaff = /^\/([qap]\/|book$|portal(\/|$))|[.]/

const mayBeforePasswordChange = new Set([
  'GET /api/v1/me',
  'POST /api/auth/change-password',
  'POST /api/auth/sign-out',
  'POST /api/auth/sign-in/username',
])

/** The same request once more; the body of a search was read and goes along as it was. */
async function askedAgain(c: ApiContext): Promise<[Request, object]> {
  const env = c.env as { incoming?: { socket?: unknown } }
  const text = await (c.req.bodyCache.text as string | Promise<string> | undefined)
  if (text === undefined) return [c.req.raw, env]
  const { url, method, headers } = c.req.raw
  const again = new Request(url, { method, headers: Object.fromEntries(headers), body: text })
  return [again, { ...env, incoming: { socket: env.incoming?.socket } }]
}

/** No query strings and no bodies: people search by name and telephone number. The token of a one-time link is a key. */
async function logRequests(
  c: { req: { method: string; path: string }; res: Response },
  next: () => Promise<void>,
): Promise<void> {
  const start = performance.now()
  await next()
  const ms = Math.round((performance.now() - start) * 10) / 10
  const path = c.req.path.replace(/^\/([apq]|api\/v1\/calendar-feeds|api\/v1\/voice\/audio)\/.+/, '/$1/…')
  log.debug({ method: c.req.method, path, status: c.res.status, ms }, 'request')
}
