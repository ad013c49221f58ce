import { z } from 'zod'
import { errorBody, type RouteContract } from '../../contract/route.ts'
import { errorStatuses } from './error-answers.ts'
import { errorsOf } from './errors.ts'
import { type Api, implementedContracts } from './http.ts'

const description = {
  openapi: '3.1.0',
  info: {
    title: 'CareLoop',
    version: '1',
    description:
      'Hospital customer relationship system. Lists answer `{items, nextCursor}`; errors answer `{error: {id, message, fields?}}`, where `id` never changes. Each operation names the permission it needs in `x-permission`.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/api/v1' }],
  security: [{ apiKey: [] }, { session: [] }] as Record<string, string[]>[],
}

/** `/openapi.json` and a page that shows it; nothing comes from another machine. */
export function mountApiPage(api: Api): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key: `cl_` and 40 letters and digits.',
  })
  api.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'careloop.session',
    description: 'Set by `POST /api/auth/sign-in/username`.',
  })
  let rendered: string | undefined
  api.get('/openapi.json', (c) => {
    rendered ??= JSON.stringify(render(api))
    return c.body(rendered, 200, { 'Content-Type': 'application/json' })
  })
  api.get('/docs', (c) => c.html(page))
  api.get('/docs/page.js', (c) => c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
}

type Parameter = { name: string; example?: unknown }
type Operation = {
  'x-permission'?: string
  security?: unknown[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { example?: unknown }> }
}
type Document = { paths: Record<string, Record<string, Operation>> }

function render(api: Api): Document {
  const contracts = implementedContracts(api)
  const { $schema: _, ...error } = z.toJSONSchema(errorBody)
  api.openAPIRegistry.registerComponent('schemas', 'Error', error as object)
  for (const status of new Set(contracts.flatMap(errorStatuses)))
    api.openAPIRegistry.registerComponent('responses', String(status), {
      description: errorsOf(status)
        .map(({ id, message }) => `\`${id}\`: ${message}`)
        .join('\n'),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    })
  const document = api.getOpenAPI31Document(description) as unknown as Document
  for (const contract of contracts) {
    const operation = document.paths[contract.path]?.[contract.method]
    if (operation) complete(operation, contract)
  }
  return document
}

/** What zod cannot say: that no sign-in is needed, and a call that works. */
function complete(operation: Operation, { permission, example }: RouteContract): void {
  if (permission === 'public') operation.security = []
  if (!example) return
  const values: Record<string, unknown> = { ...example.params, ...example.query }
  for (const parameter of operation.parameters ?? [])
    if (parameter.name in values) parameter.example = values[parameter.name]
  const json = operation.requestBody?.content['application/json']
  if (json) json.example = example.body
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CareLoop API</title>
<style>
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1080px; padding: 1rem }
h2 { margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line) }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem }
summary { cursor: pointer; display: flex; gap: .8rem; flex-wrap: wrap; align-items: baseline }
code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { overflow: auto; padding: .6rem; border: 1px solid var(--line); border-radius: 6px; max-height: 32rem }
.method { font-weight: 700; min-width: 4rem; text-transform: uppercase }
.permission { margin-inline-start: auto; opacity: .75; font-size: 13px }
input { font: inherit; padding: .4rem .6rem; width: min(100%, 24rem) }
</style>
</head>
<body>
<h1>CareLoop API</h1>
<p>Machine-readable: <a href="openapi.json">openapi.json</a>. Send an API key as <code>Authorization: Bearer cl_…</code>.</p>
<label>Filter <input id="filter" type="search" autocomplete="off"></label>
<main id="operations"><p>Loading…</p></main>
<script src="docs/page.js"></script>
</body>
</html>`

const script = `const make = (name, text, className) => {
  const element = document.createElement(name)
  if (text !== undefined) element.textContent = text
  if (className) element.className = className
  return element
}
const resolve = (schema, all, depth = 0) => {
  if (!schema || typeof schema !== 'object' || depth > 12) return schema
  if (Array.isArray(schema)) return schema.map((one) => resolve(one, all, depth + 1))
  if (schema.$ref) return resolve(all[schema.$ref.split('/').pop()], all, depth + 1)
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolve(value, all, depth + 1)]))
}
const block = (parent, title, value) => {
  if (!value) return
  parent.append(make('h4', title), make('pre', JSON.stringify(value, null, 2)))
}
const show = (spec) => {
  const main = document.getElementById('operations')
  const schemas = spec.components?.schemas ?? {}
  main.replaceChildren()
  const groups = {}
  for (const [path, methods] of Object.entries(spec.paths))
    for (const [method, operation] of Object.entries(methods))
      (groups[operation.tags?.[0] ?? ''] ??= []).push({ path, method, operation })
  for (const [name, operations] of Object.entries(groups).sort()) {
    const section = make('section')
    section.append(make('h2', name))
    for (const { path, method, operation } of operations) {
      const details = make('details')
      const summary = make('summary')
      summary.append(make('span', method, 'method'), make('code', path), make('span', operation.summary))
      summary.append(make('span', operation['x-permission'], 'permission'))
      details.append(summary)
      details.dataset.text = (method + ' ' + path + ' ' + operation.summary).toLowerCase()
      details.addEventListener('toggle', () => {
        if (!details.open || details.childElementCount > 1) return
        block(details, 'Parameters', operation.parameters?.map((one) => ({ in: one.in, name: one.name, required: one.required, example: one.example, schema: resolve(one.schema, schemas) })))
        const body = operation.requestBody?.content?.['application/json']
        block(details, 'Body', resolve(body?.schema, schemas))
        block(details, 'Example', body?.example)
        for (const [status, answer] of Object.entries(operation.responses))
          if (!answer.$ref) block(details, 'Answer ' + status, resolve(Object.values(answer.content ?? {})[0]?.schema, schemas))
        const refusals = Object.entries(operation.responses).filter(([, answer]) => answer.$ref)
        details.append(make('h4', 'Errors'), make('pre', refusals.map(([status, answer]) => status + '  ' + spec.components.responses[answer.$ref.split('/').pop()].description.replaceAll('\\n', '\\n     ')).join('\\n')))
      })
      section.append(details)
    }
    main.append(section)
  }
}
document.getElementById('filter').addEventListener('input', (event) => {
  const wanted = event.target.value.toLowerCase()
  for (const details of document.querySelectorAll('details')) details.hidden = !details.dataset.text.includes(wanted)
})
fetch('openapi.json').then((answer) => answer.json()).then(show)
`
