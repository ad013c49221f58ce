import { sql } from 'kysely'
import { routePath } from 'hono/route'
import * as contract from '../../../contract/fhir.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { readBinary, sendPhoto } from '../../modules/form/photo.ts'
import { AppError } from '../../platform/errors.ts'
import {
  type Api,
  type ApiContext,
  implement,
  implementedContracts,
  retryAfter,
  foreignError,
} from '../../platform/http.ts'
import { log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import { noneMatch, readBundle, readWrite, type WriteRequest } from './bundle.ts'
import { capabilityStatement } from './capability.ts'
import { type Caller, executeBundle, searchset, write } from './execute.ts'
import { handOver } from './elsewhere.ts'
import { asFhirError, FhirError, outcomeOf } from './outcome.ts'
import { everything, readResource } from './read.ts'
import { readCount, search } from './search.ts'
import type { Resource } from './types.ts'
import { controls, readParameters, readSubset, refuseUnknown, subsetOf } from './subset.ts'
import { readJson } from './validate.ts'
import { allowOrigins, answer, bytesOfBody, checkFormat, corsOrigins, textOfBytes } from './wire.ts'
import { personOfRecord } from '../../modules/event/record.ts'

const bodyOf = (c: ApiContext) =>
  bytesOfBody(c, /^application\/(fhir\+)?json\b/i, 'JSON, application/fhir+json,')

const parametersOf = (c: ApiContext) => new URL(c.req.url).searchParams

function headersOf(base: string, resource: Resource): Record<string, string> {
  const meta = resource['meta'] as { versionId: string; lastUpdated?: string }
  return {
    etag: `W/"${meta.versionId}"`,
    ...(meta.lastUpdated && { 'last-modified': new Date(meta.lastUpdated).toUTCString() }),
    location: `${base}/${resource.resourceType}/${resource.id ?? ''}`,
  }
}

/** @param largeBodies where they are parsed and written: in a thread of their own, or here, in that thread */
export function mountFhir(
  api: Api,
  services: Pick<Services, 'config' | 'secret' | 'database'>,
  { largeBodies = 'elsewhere' }: { largeBodies?: 'elsewhere' | 'here' } = {},
): void {
  const { config, secret } = services
  const elsewhere = async (c: ApiContext, bytes: Uint8Array) =>
    largeBodies === 'elsewhere' ? handOver(c, services, bytes) : undefined
  const startedAt = new Date()
  const originOf = (c: ApiContext) => (config.publicUrl ?? new URL(c.req.url).origin).replace(/\/$/, '')
  const baseOf = (c: ApiContext) => `${originOf(c)}${contract.fhirBase}`

  api.use('*', allowOrigins(), async (c, next) => {
    // A Binary is answered as what it is.
    if (!/\/Binary\/[^/]+$/.test(c.req.path)) checkFormat(c as ApiContext)
    await next()
  })
  implement(api, contract.fhirMetadata, async ({ c, db }) => {
    refuseUnknown(parametersOf(c), [...controls, 'mode'])
    const cors = (await corsOrigins(db)).length > 0
    return answer(c, capabilityStatement(implementedContracts(api), originOf(c), startedAt, cors))
  })
  implement(api, contract.fhirBundle, async ({ c, db, actor }) => {
    const bytes = await bodyOf(c)
    const answered = await elsewhere(c, bytes)
    if (answered) return answered
    const bundle = readBundle(readJson(textOfBytes(bytes)))
    return answer(c, await executeBundle({ db, actor, base: baseOf(c) }, bundle))
  })
  implement(api, contract.fhirSearch, async ({ c, db, actor, params }) => {
    const { search: text, searchParams } = new URL(c.req.url)
    const result = await search(db, actor, params.type, searchParams)
    return answer(c, searchset(baseOf(c), `${baseOf(c)}/${params.type}${text}`, result))
  })
  implement(api, contract.fhirSearchByPost, async ({ c, db, actor, params }) => {
    const form = textOfBytes(
      await bytesOfBody(
        c,
        /^application\/x-www-form-urlencoded\b/i,
        'a form, application/x-www-form-urlencoded,',
      ),
    )
    const parameters = new URLSearchParams([...parametersOf(c), ...new URLSearchParams(form)])
    const result = await search(db, actor, params.type, parameters)
    return answer(c, searchset(baseOf(c), `${baseOf(c)}/${params.type}?${parameters.toString()}`, result))
  })
  implement(api, contract.fhirEverything, async ({ c, db, actor, params }) => {
    const query = parametersOf(c)
    refuseUnknown(query, ['_count', '_cursor', ...controls])
    const page = await everything(db, actor, params.id, {
      count: readCount(query.get('_count') ?? '200'),
      cursor: query.get('_cursor') ?? undefined,
    })
    const self = `${baseOf(c)}/Patient/${params.id}/$everything${new URL(c.req.url).search}`
    return answer(c, searchset(baseOf(c), self, page))
  })
  implement(api, contract.fhirBinary, async ({ c, db, actor, params }) => {
    if (!/^\d{1,15}$/.test(params.id)) throw new AppError('not-found')
    const photo = await readBinary(db, actor, secret, Number(params.id))
    // Unless the client asks for FHIR, a Binary is returned as its content.
    if (!/json/i.test(c.req.header('accept') ?? '')) return sendPhoto(c, photo)
    const { contentType, bytes } = photo
    return answer(c, { resourceType: 'Binary', id: params.id, contentType, data: bytes.toString('base64') })
  })
  implement(api, contract.fhirRead, async ({ c, db, actor, params }) => {
    if (/^[_$]/.test(params.id)) throw notThere(c)
    refuseUnknown(parametersOf(c), readParameters)
    const resource = await readResource(db, actor, params.type, params.id)
    const shown = subsetOf(resource, readSubset(parametersOf(c)))
    return answer(c, shown, 200, headersOf(baseOf(c), resource))
  })
  implement(api, contract.fhirCreate, async ({ c, db, actor, params }) =>
    writeOne(
      c,
      { db, actor, base: baseOf(c) },
      {
        method: 'POST',
        type: params.type,
        id: null,
        query: c.req.header('if-none-exist') ?? null,
      },
      elsewhere,
    ),
  )
  implement(api, contract.fhirConditionalUpdate, async ({ c, db, actor, params }) =>
    writeOne(
      c,
      { db, actor, base: baseOf(c) },
      {
        method: 'PUT',
        type: params.type,
        id: null,
        query: new URL(c.req.url).search.slice(1) || null,
      },
      elsewhere,
    ),
  )
  implement(api, contract.fhirUpdate, async ({ c, db, actor, params }) =>
    writeOne(c, { db, actor, base: baseOf(c) }, { method: 'PUT', ...params, query: null }, elsewhere),
  )
  api.all('*', (c) => {
    throw notThere(c as ApiContext)
  })
}

/** Interactions of FHIR that are not offered, in words. */
function notThere(c: ApiContext): FhirError {
  const { method, path } = c.req
  const what = /\/_history\b/.test(path)
    ? 'Versions are counted, but earlier ones are not kept (history, vread)'
    : /\/\$[\w-]+$/.test(path)
      ? 'Of the operations only Patient/{id}/$everything'
      : method === 'DELETE'
        ? 'Nothing is deleted (DELETE): update it with the status entered-in-error'
        : method === 'PATCH'
          ? 'Parts cannot be changed (PATCH): read the resource and update it as a whole (PUT)'
          : `${method} is not offered at this address`
  return new FhirError(/^(DELETE|PATCH)$/.test(method) ? 405 : 404, {
    code: 'not-supported',
    diagnostics: `${what}; metadata lists what there is.`,
  })
}

async function writeOne(
  c: ApiContext,
  caller: Caller,
  request: Pick<WriteRequest, 'method' | 'type' | 'id' | 'query'>,
  elsewhere: (c: ApiContext, bytes: Uint8Array) => Promise<Response | undefined>,
): Promise<Response> {
  if (/^[_$]/.test(request.type)) throw notThere(c)
  if (c.req.header('if-none-match') !== undefined)
    throw new FhirError(400, { code: 'not-supported', diagnostics: noneMatch })
  // The parameters of a conditional update are its condition.
  if (request.query === null || request.method === 'POST') refuseUnknown(parametersOf(c), controls)
  const bytes = await bodyOf(c)
  const answered = await elsewhere(c, bytes)
  if (answered) return answered
  const entry = readWrite({
    ...request,
    path: request.type,
    fullUrl: null,
    ifMatch: c.req.header('if-match') ?? null,
    resource: readJson(textOfBytes(bytes)),
  })
  if (entry instanceof FhirError) throw entry
  const [result] = await write(caller, [entry])
  if (!result) throw new Error('a write answered nothing')
  const resource = await readResource(caller.db, caller.actor, result.type, result.id)
  const minimal = /\breturn=minimal\b/.test(c.req.header('prefer') ?? '')
  return answer(c, minimal ? undefined : resource, result.status, headersOf(caller.base, resource))
}

/** The error handler of FHIR paths: an OperationOutcome; refusals are audited under the person. */
export async function answerFhirError(error: unknown, c: ApiContext): Promise<Response> {
  const known = asFhirError(error) ?? asFhirError(foreignError(error, c))
  if (!known) {
    log.error({ err: error, path: routePath(c), method: c.req.method }, 'request failed')
    const diagnostics = 'Something went wrong on our side. It has been logged.'
    return answer(c, outcomeOf([{ code: 'exception', diagnostics }]), 500)
  }
  const actor = c.get('actor')
  const declared = c.get('contract')
  if (actor && declared && (known.status === 403 || known.status === 404)) {
    const db = c.get('db')
    await audit(db, actor, {
      action: declared.permission,
      outcome: 'refused',
      personId: await personBehind(db, c.req.param('type') ?? 'Patient', c.req.param('id')),
      subject: `${c.req.method} ${c.req.path}`.slice(0, 200),
      reason: known.issues[0]?.code ?? null,
    })
  }
  return answer(
    c,
    outcomeOf(known.issues),
    known.status,
    known.status === 405
      ? { allow: 'GET, POST, PUT' }
      : known.status === 503
        ? { 'retry-after': retryAfter }
        : {},
  )
}

/** The person of a refused request. */
async function personBehind(db: Db, type: string, id: string | undefined): Promise<number | null> {
  if (id === undefined) return null
  const { rows } = await sql<{ person_id: number | null }>`
    select ${personOfRecord(sql`r.person_id`)} as person_id from fhir_resource r where r.type = ${type} and r.id = ${id}`.execute(
    db,
  )
  if (rows[0]) return rows[0].person_id
  return type === 'Patient' && /^\d{1,15}$/.test(id) ? Number(id) : null
}
