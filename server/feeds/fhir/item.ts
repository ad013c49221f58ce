import type { UpsertedEncounter } from '../../modules/encounter/upsert.ts'
import type { UpsertedPerson } from '../../modules/person/upsert.ts'
import type { Place } from './place.ts'
import type { StoredResource } from './store.ts'
import type { Definition, Resource } from './types.ts'

/** One well-formed create or update. */
export type WriteEntry = {
  /** FHIRPath of the resource, such as `Bundle.entry[3].resource`. */
  path: string
  fullUrl: string | null
  type: string
  definition: Definition
  /** Id in the URL of an update; null for a create. */
  id: string | null
  /** Condition of a conditional create or update. */
  query: string | null
  interaction: 'create' | 'update'
  ifMatch: string | null
  resource: Resource
}

/** An entry being written. */
export type Item = WriteEntry & {
  /** The resource with its references resolved so far. */
  resolved: Resource
  stored: StoredResource | undefined
  /** A conditional create with a match, or an entry executed before: nothing is written. */
  found: boolean
  /** The equal entry of the same transaction that this one repeats. */
  same: Item | undefined
  sentHash: string | null
  /** Its record and that record's person; they differ after a merge. */
  personId: number | null
  survivorId: number | null
  encounterId: number | null
  conditionId: number | null
  /** The row of an appointment that takes a place here. */
  appointment: { id: number; created: boolean } | undefined
  place: Place | undefined
  person: UpsertedPerson | undefined
  visit: UpsertedEncounter | undefined
}

export type WriteResult = {
  type: string
  id: string
  status: 200 | 201
  /** Undefined for types read from tables, whose version is computed. */
  version: number | undefined
  lastUpdated: Date
}
