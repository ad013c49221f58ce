import { fhirBase } from '../../../contract/fhir.ts'
import type { RouteContract } from '../../../contract/route.ts'
import { definitions } from './types.ts'

const interactions: Record<string, string> = {
  'get /{type}/{id}': 'read',
  'put /{type}/{id}': 'update',
  'post /{type}': 'create',
  'get /{type}': 'search-type',
}

/** Pictures in answers can only be read. */
const binary = (routes: Set<string>) =>
  routes.has('get /Binary/{id}') ? [{ type: 'Binary', interaction: [{ code: 'read' }] }] : []

/** The CapabilityStatement, generated from the mounted routes and the table of types, so that it claims no more than there is. */
export function capabilityStatement(
  contracts: readonly RouteContract[],
  origin: string,
  startedAt: Date,
  cors: boolean,
) {
  const routes = new Set(contracts.map((one) => `${one.method} ${one.path}`))
  const interaction = Object.entries(interactions)
    .filter(([route]) => routes.has(route))
    .map(([, code]) => ({ code }))
  const reading = interaction.filter(({ code }) => ['read', 'search-type'].includes(code))
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: startedAt.toISOString(),
    kind: 'instance',
    software: { name: 'CareLoop' },
    implementation: { description: 'CareLoop', url: `${origin}${fhirBase}` },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        security: {
          cors,
          description:
            'An API key as Bearer token, or the session of a signed-in user. Reading shows what the same caller sees elsewhere; contact data is masked unless the key may exchange whole persons.',
        },
        resource: [
          ...binary(routes),
          ...Object.entries(definitions).map(([type, definition]) => ({
            type,
            interaction: definition?.readOnly ? reading : interaction,
            versioning: 'versioned',
            readHistory: false,
            updateCreate: !definition?.readOnly,
            conditionalCreate: !definition?.readOnly,
            conditionalRead: 'not-supported',
            conditionalUpdate: !definition?.readOnly && routes.has('put /{type}'),
            conditionalDelete: 'not-supported',
            referencePolicy: ['literal', 'logical'],
            searchParam: [
              { name: '_id', type: 'token' },
              ...(definition?.readOnly ? [] : [{ name: '_lastUpdated', type: 'date' }]),
              ...Object.entries(definition?.search ?? {}).map(([name, one]) => ({ name, type: one.type })),
            ],
            ...(type === 'Patient' &&
              routes.has('get /Patient/{id}/$everything') && {
                operation: [
                  {
                    name: 'everything',
                    definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
                  },
                ],
              }),
          })),
        ],
        interaction: routes.has('post /') ? [{ code: 'transaction' }, { code: 'batch' }] : [],
      },
    ],
  }
}
