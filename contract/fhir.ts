import { z } from 'zod'
import { route } from './route.ts'

/** Where FHIR R4 is served; paths of this file are below it, not below `/api/v1`. */
export const fhirBase = '/fhir/R4'

// Bodies, queries and answers are FHIR's own: see `metadata`, and docs/operations/fhir.md.
/** A patient's whole record. */
const largestBundle = 64 * 1024 * 1024
/** A resource has at most four million characters of three bytes. */
const largestResource = 12 * 1024 * 1024
const produces = 'application/fhir+json'
const typeParams = z.object({ type: z.string().max(60) })
const instanceParams = z.object({ type: z.string().max(60), id: z.string().max(64) })

export const fhirMetadata = route({
  method: 'get',
  path: '/metadata',
  permission: 'public',
  summary: 'What this server does with FHIR (CapabilityStatement)',
  produces,
})

export const fhirBundle = route({
  method: 'post',
  path: '/',
  permission: 'intake.send',
  largestBody: largestBundle,
  summary: 'A bundle of type transaction (all or nothing) or batch',
  produces,
})

export const fhirSearch = route({
  method: 'get',
  path: '/{type}',
  permission: 'person.read',
  summary: 'Search resources of a type',
  params: typeParams,
  produces,
})

export const fhirSearchByPost = route({
  method: 'post',
  path: '/{type}/_search',
  permission: 'person.read',
  summary: 'The same with the parameters as a form, so that they stand in no address',
  params: typeParams,
  produces,
})

export const fhirCreate = route({
  method: 'post',
  path: '/{type}',
  permission: 'intake.send',
  largestBody: largestResource,
  summary: 'Create a resource, with If-None-Exist only when none is there',
  params: typeParams,
  produces,
})

export const fhirConditionalUpdate = route({
  method: 'put',
  path: '/{type}',
  permission: 'intake.send',
  largestBody: largestResource,
  summary: 'Update the resource that a search finds, or create it',
  params: typeParams,
  produces,
})

export const fhirEverything = route({
  method: 'get',
  path: '/Patient/{id}/$everything',
  permission: 'person.read',
  summary: 'Everything that is known of a patient',
  params: z.object({ id: z.string().max(64) }),
  produces,
})

export const fhirBinary = route({
  method: 'get',
  path: '/Binary/{id}',
  permission: 'person.read',
  summary:
    'A picture that answers name, itself or as a Binary; needs person.exchange or person.reveal as well',
  params: z.object({ id: z.string().max(64) }),
  produces: 'image/jpeg',
})

export const fhirRead = route({
  method: 'get',
  path: '/{type}/{id}',
  permission: 'person.read',
  summary: 'Read a resource',
  params: instanceParams,
  produces,
})

export const fhirUpdate = route({
  method: 'put',
  path: '/{type}/{id}',
  permission: 'intake.send',
  largestBody: largestResource,
  summary: 'Update a resource, or create it under an id that the sender chooses',
  params: instanceParams,
  produces,
})
