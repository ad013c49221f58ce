import { sql } from 'kysely'
import { routePath } from 'hono/route'
import * as contract from '../../../contract/fhir.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { readBinary, sendPhoto } from '../../modules/form/photo.ts'
import { AppError } from '../../platform/errors.ts'
import { type Api, type ApiContext, implement, implementedContracts } from '../../platform/http.ts'
import { log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import { readBundle, readWrite, type WriteRequest } from './bundle.ts'
import { capabilityStatement } from './capability.ts'
import { type Caller, executeBundle, searchset, write } from './execute.ts'
import { asFhirError, FhirError, outcomeOf } from './outcome.ts'
import { everything, readResource } from './read.ts'
import { readCount, search } from './search.ts'
import type { Resource } from './types.ts'
import { readJson } from './validate.ts'
import { personOfRecord } from '../../modules/event/record.ts'

const json = 'application/fhir+json; charset=utf-8'

function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': json, 'cache-control': 'no-store', ...headers },
  })
}

/** @throws {FhirError} 415 for XML and everything else that is not JSON */
async function bodyOf(c: ApiContext): Promise<Resource> {
  const type = c.req.header('content-type') ?? ''
  if (type !== '' && !/^application\/(fhir\+)?json\b/i.test(type))
    throw new FhirError(415, {
      code: 'not-supported',
      diagnostics: 'Only JSON is understood: application/fhir+json.',
    })
  return readJson(await c.req.text())
}

function headersOf(base: string, resource: Resource): Record<string, string> {
  const meta = resource['meta'] as { versionId: string; lastUpdated: string }
  return {
    etag: `W/"${meta.versionId}"`,
    'last-modified': new Date(meta.lastUpdated).toUTCString(),
    location: `${base}/${resource.resourceType}/${resource.id ?? ''}`,
  }
}

export function mountFhir(api: Api, { config, secret }: Services): void {
  const startedAt = new Date()
  const originOf = (c: ApiContext) => (config.publicUrl ?? new URL(c.req.url).origin).replace(/\/$/, '')
  const baseOf = (c: ApiContext) => `${originOf(c)}${contract.fhirBase}`

  implement(api, contract.fhirMetadata, async ({ c }) =>
    Promise.resolve(answer(capabilityStatement(implementedContracts(api), originOf(c), startedAt))),
  )
  implement(api, contract.fhirBundle, async ({ c, db, actor }) => {
    const bundle = readBundle(await bodyOf(c))
    return answer(await executeBundle({ db, actor, base: baseOf(c) }, bundle))
  })
  implement(api, contract.fhirSearch, async ({ c, db, actor, params }) => {
    const { search: text } = new URL(c.req.url)
    const result = await search(db, actor, params.type, new URLSearchParams(text))
    return answer(searchset(baseOf(c), `${baseOf(c)}/${params.type}${text}`, result))
  })
  implement(api, contract.fhirEverything, async ({ c, db, actor, params }) => {
    const query = new URL(c.req.url).searchParams
    const page = await everything(db, actor, params.id, {
      count: readCount(query.get('_count') ?? '200'),
      cursor: query.get('_cursor') ?? undefined,
    })
    const self = `${baseOf(c)}/Patient/${params.id}/$everything${new URL(c.req.url).search}`
    return answer(searchset(baseOf(c), self, page))
  })
  implement(api, contract.fhirBinary, async ({ c, db, actor, params }) => {
    if (!/^\d{1,15}$/.test(params.id)) throw new AppError('not-found')
    const photo = await readBinary(db, actor, secret, Number(params.id))
    // Unless the client asks for FHIR, a Binary is returned as its content.
    if (!/json/i.test(c.req.header('accept') ?? '')) return sendPhoto(c, photo)
    const { contentType, bytes } = photo
    return answer({ resourceType: 'Binary', id: params.id, contentType, data: bytes.toString('base64') })
  })
  implement(api, contract.fhirRead, async ({ c, db, actor, params }) => {
    const resource = await readResource(db, actor, params.type, params.id)
    return answer(resource, 200, headersOf(baseOf(c), resource))
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
    ),
  )
  implement(api, contract.fhirUpdate, async ({ c, db, actor, params }) =>
    writeOne(c, { db, actor, base: baseOf(c) }, { method: 'PUT', ...params, query: null }),
  )
}

async function writeOne(
  c: ApiContext,
  caller: Caller,
  request: Pick<WriteRequest, 'method' | 'type' | 'id' | 'query'>,
): Promise<Response> {
  const entry = readWrite({
    ...request,
    path: request.type,
    fullUrl: null,
    ifMatch: c.req.header('if-match') ?? null,
    resource: await bodyOf(c),
  })
  if (entry instanceof FhirError) throw entry
  const [result] = await write(caller, [entry])
  if (!result) throw new Error('a write answered nothing')
  const resource = await readResource(caller.db, caller.actor, result.type, result.id)
  const minimal = /\breturn=minimal\b/.test(c.req.header('prefer') ?? '')
  return answer(minimal ? undefined : resource, result.status, headersOf(caller.base, resource))
}

/** The error handler of FHIR paths: an OperationOutcome; refusals are audited under the person. */
export async function answerFhirError(error: unknown, c: ApiContext): Promise<Response> {
  const known = asFhirError(error)
  if (!known) {
    log.error({ ...harmless(error), path: routePath(c), method: c.req.method }, 'request failed')
    const diagnostics = 'Something went wrong on our side. It has been logged.'
    return answer(outcomeOf([{ code: 'exception', diagnostics }]), 500)
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
  return answer(outcomeOf(known.issues), known.status)
}

/** What may be logged of an error: the text of one from the database can hold a patient's data. */
function harmless(error: unknown) {
  const { name, code, constraint, stack } = (error ?? {}) as Error & { code?: string; constraint?: string }
  return { name, code, constraint, at: stack?.split('\n').filter((line) => /^\s+at /.test(line)) }
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
