import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import type { Permission } from '../../contract/access.ts'
import { launchRoutes } from '../../contract/launch.ts'
import { searchPath } from '../../contract/personal.ts'
import type { RouteContract } from '../../contract/route.ts'
import { type Actor, authorize, type PersonActor } from './actor.ts'
import { audit } from './audit.ts'
import { receiveText, releaseBody } from './body.ts'
import { type Db, isTransient } from './db.ts'
import { errorStatuses } from './error-answers.ts'
import { AppError, type FieldError } from './errors.ts'
import { refuseUnknownParameters } from './input-guard.ts'
import { log } from './log.ts'

export type ApiEnvironment = {
  Variables: {
    /** The caller, if known. */
    actor: Actor | undefined
    /** The caller's address, behind trusted proxies. */
    address: string | null
    db: Db
    contract: RouteContract | undefined
  }
}
export type Api = OpenAPIHono<ApiEnvironment>
export type ApiContext = Context<ApiEnvironment>

type Output<T> = T extends z.ZodType ? z.output<T> : undefined
type Answer<R extends RouteContract> = R extends { produces: string }
  ? Response
  : R extends { response: infer S extends z.ZodType }
    ? z.input<S>
    : undefined

/** Input of a handler, validated; `actor` is the caller. */
type Call<R extends RouteContract> = {
  c: ApiContext
  db: Db
  actor: R['permission'] extends 'public'
    ? Actor | undefined
    : R['permission'] extends 'portal'
      ? PersonActor
      : Actor
  params: Output<R['params']>
  query: Output<R['query']>
  body: Output<R['body']>
}

export type ApiOptions = {
  /** For tests: a response that violates its contract becomes an error. */
  checkAnswers?: boolean
  /** The handlers check the parameters themselves, as FHIR search does. */
  openQuery?: boolean
}

const forLaunch = new Set(launchRoutes)
const options = new WeakMap<Api, ApiOptions>()
const implemented = new WeakMap<Api, RouteContract[]>()

export function createApi(db: Db, apiOptions: ApiOptions = {}): Api {
  const api: Api = new OpenAPIHono<ApiEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error, result.target)
    },
  })
  options.set(api, apiOptions)
  implemented.set(api, [])
  api.use('*', async (c, next) => {
    c.set('db', db)
    c.header('Cache-Control', 'no-store')
    try {
      await next()
    } finally {
      if (c.req.method !== 'GET') releaseBody(c as ApiContext)
    }
    if (apiOptions.checkAnswers) assertDocumented(c as ApiContext)
  })
  return api
}

/** The mounted contracts; source of the route × role matrix. */
export function implementedContracts(api: Api): readonly RouteContract[] {
  return implemented.get(api) ?? []
}

/**
 * Mounts one route: permission first, then its body, validation, the handler. A contract always names a permission, so a route
 * without one cannot be written; a test walks the routes all the same.
 * @param mayBeLarge of a public route: whether this caller may send more than the usual body
 */
export function implement<const R extends RouteContract>(
  api: Api,
  contract: R,
  handler: (call: Call<R>) => Promise<Answer<R>>,
  mayBeLarge?: (c: ApiContext) => Promise<boolean>,
): void {
  const { query, personal, ...rest } = contract
  if (!query || !personal) {
    mount(api, contract, contract, handler, mayBeLarge)
    return
  }
  mount(api, contract, withoutPersonal(contract), handler)
  const byPost: RouteContract = {
    ...rest,
    method: 'post',
    path: searchPath(contract.path),
    summary: `${contract.summary}; by name or number of a person`,
    // As in an address, a filter that is ignored would answer with everybody.
    body: query.strict(),
    ...(rest.example && { example: { ...rest.example, query: {}, body: rest.example.query } }),
  }
  const search = handler as (call: unknown) => Promise<Answer<R>>
  mount(api, contract, byPost as R, ({ body, ...call }) => search({ ...call, query: body, body: undefined }))
}

function withoutPersonal<const R extends RouteContract>(contract: R): R {
  const shape = Object.entries(contract.query?.shape ?? {})
  const rest = shape.filter(([name]) => !contract.personal?.includes(name))
  return { ...contract, query: z.object(Object.fromEntries(rest)) }
}

/** @param declared the contract of which `contract` may be another form */
function mount<const R extends RouteContract>(
  api: Api,
  declared: RouteContract,
  contract: R,
  handler: (call: Call<R>) => Promise<Answer<R>>,
  mayBeLarge?: (c: ApiContext) => Promise<boolean>,
): void {
  implemented.get(api)?.push(contract)
  const status: ContentfulStatusCode | 204 = contract.status ?? 200
  const definition = createRoute({
    method: contract.method,
    path: contract.path,
    summary: contract.summary,
    tags: [contract.path.split('/')[1] ?? ''],
    'x-permission': contract.permission,
    middleware: [
      permissionGuard(contract, declared),
      ...(options.get(api)?.openQuery ? [] : [refuseUnknownParameters(contract)]),
      ...(contract.body ? [receive(contract, mayBeLarge)] : []),
    ],
    request: {
      ...(contract.params && { params: contract.params }),
      ...(contract.query && { query: contract.query }),
      ...(contract.body && {
        body: { required: true, content: { 'application/json': { schema: contract.body } } },
      }),
      ...(contract.consumes && {
        body: {
          required: true,
          content: { [contract.consumes]: { schema: { type: 'string', format: 'binary' } } },
        },
      }),
    },
    responses: {
      [status]: contract.produces
        ? {
            description: contract.summary,
            content: { [contract.produces]: { schema: { type: 'string', format: 'binary' } } },
          }
        : contract.response
          ? { description: contract.summary, content: { 'application/json': { schema: contract.response } } }
          : { description: contract.summary },
      ...Object.fromEntries(
        errorStatuses(contract).map((one) => [one, { $ref: `#/components/responses/${one}` }]),
      ),
    },
  })
  // The library's handler type wants the answer's type per status; ours is already checked against the contract above.
  const handle: (call: Call<R>) => Promise<unknown> = handler
  const run = async (c: ApiContext): Promise<Response> => {
    const request = c.req as unknown as { valid: (target: string) => unknown }
    const answer = await handle({
      c,
      db: c.get('db'),
      actor: c.get('actor'),
      params: contract.params && request.valid('param'),
      query: contract.query && request.valid('query'),
      body: contract.body && request.valid('json'),
    } as Call<R>)
    if (answer instanceof Response) return answer
    if (status === 204) return c.body(null, 204)
    if (options.get(api)?.checkAnswers) contract.response?.parse(answer)
    return c.json(answer as object, status)
  }
  api.openapi(definition, run as never)
}

/** @throws when a route answers an error that the reference does not name */
function assertDocumented(c: ApiContext): void {
  const contract = c.get('contract')
  if (contract && c.res.status >= 400 && !errorStatuses(contract).includes(c.res.status))
    throw new Error(`${contract.method} ${contract.path} answers ${c.res.status}, which is not documented`)
}

function permissionGuard(
  contract: RouteContract,
  declared: RouteContract,
): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    c.set('contract', contract)
    // Before the permission check: a workstation session may use listed routes only, regardless of its user's rights.
    if (c.get('actor')?.launch && !forLaunch.has(declared)) throw new AppError('forbidden')
    if (contract.permission !== 'public') {
      const actor = signedIn(c)
      if (contract.permission === 'portal') {
        if (actor.kind !== 'person') throw new AppError('not-signed-in')
      } else if (actor.kind === 'person') throw new AppError('forbidden')
      else if (contract.permission !== 'signed-in') authorize(actor, contract.permission satisfies Permission)
    }
    await next()
  }
}

function receive(
  { largestBody, permission }: RouteContract,
  mayBeLarge: ((c: ApiContext) => Promise<boolean>) | undefined,
): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    const large = permission !== 'public' || (await mayBeLarge?.(c as ApiContext))
    await receiveText(c as ApiContext, large ? largestBody : undefined)
    await next()
  }
}

function signedIn(c: ApiContext): Actor {
  const actor = c.get('actor')
  if (!actor) throw new AppError('not-signed-in')
  return actor
}

function invalid(error: z.ZodError, target: string): AppError {
  const fields = error.issues.map((issue) => ({
    path: issue.path.map(String).join('.') || target,
    message: issue.message,
  }))
  // No id and no count is that large.
  const tooLarge = error.issues.some(
    (issue) => issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER,
  )
  if (tooLarge) return outOfRange(target === 'param', fields)
  return new AppError('invalid', undefined, fields)
}

function outOfRange(inPath: boolean, fields?: FieldError[]): AppError {
  return inPath
    ? new AppError('not-found')
    : new AppError('malformed-request', 'A number is larger than any that there can be.', fields)
}

/** Seconds. */
export const retryAfter = '5'

/** The one error handler: callers get a status, a stable id and a sentence; refusals are audited. */
export async function answerError(error: unknown, c: ApiContext): Promise<Response> {
  const known = foreignError(error, c)
  if (!known) {
    log.error({ err: error, path: routePath(c), method: c.req.method }, 'request failed')
    return c.json({ error: { id: 'internal', message: new AppError('internal').message } }, 500)
  }
  if (known.status === 503) c.header('Retry-After', retryAfter)
  const actor = c.get('actor')
  const contract = c.get('contract')
  if (actor && contract && (known.status === 403 || (known.status === 404 && 'params' in contract))) {
    const subject = `${c.req.method} ${c.req.path}`
    const person = /^\/persons\/\{id\}/.test(contract.path) ? Number(c.req.param('id')) : NaN
    await audit(c.get('db'), actor, {
      action: contract.permission,
      outcome: 'refused',
      // Refusals are audited under the requested person, too.
      personId: Number.isSafeInteger(person) ? person : null,
      subject,
      reason: known.id,
    })
  }
  const body = {
    error: { id: known.id, message: known.message, ...(known.fields && { fields: known.fields }) },
  }
  return c.json(body, known.status as ContentfulStatusCode)
}

/**
 * An error of a library or the database that is not ours: a caller's mistake, or an outage after which the same request will do.
 * @returns undefined when it is ours
 */
export function foreignError(error: unknown, c: ApiContext): AppError | undefined {
  if (error instanceof AppError) return error
  const { status, code } = (error ?? {}) as { status?: unknown; code?: unknown }
  if (status === 400) return new AppError('malformed-request', 'The body is not valid JSON.')
  if (status === 415) return new AppError('unsupported-type', 'Send the body as application/json.')
  if (isTransient(error)) {
    log.warn({ err: error, path: routePath(c), method: c.req.method }, 'the database did not answer')
    return new AppError('unavailable', 'The database does not answer just now. Try again in a moment.')
  }
  // Numbers, days and times beyond what there is: ids of some tables end at 2,147,483,647, and a forged cursor may hold 30 February.
  if (typeof code !== 'string' || !/^2200[378]$/.test(code)) return undefined
  log.warn({ err: error, path: routePath(c), method: c.req.method }, 'a number, day or time was out of range')
  if (code !== '22003') return new AppError('malformed-request', 'A day or time is none that there is.')
  const path = new URL(c.req.url).pathname
  return outOfRange(/\/\d{10,}(?=\/|$)/.test(path))
}
