import type { UpsertedEncounter } from '../../modules/encounter/upsert.ts'
import type { UpsertedPerson } from '../../modules/person/upsert.ts'
import type { Place } from './place.ts'
import type { StoredResource } from './store.ts'
import type { Definition, Resource } from './types.ts'

/** One create or update, already known to be well-formed. */
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

/** An entry on its way into the database. */
export type Item = WriteEntry & {
  /** The resource with its references resolved as far as they are known by now. */
  resolved: Resource
  stored: StoredResource | undefined
  /** A conditional create that found something, or an entry that was carried out before: nothing is written. */
  found: boolean
  /** The entry of the same transaction that says the same; this one only repeats it. */
  same: Item | undefined
  sentHash: string | null
  /** The record it is said of, and the person that record belongs to; they differ after a merge. */
  personId: number | null
  survivorId: number | null
  encounterId: number | null
  conditionId: number | null
  place: Place | undefined
  person: UpsertedPerson | undefined
  visit: UpsertedEncounter | undefined
}

export type WriteResult = {
  type: string
  id: string
  status: 200 | 201
  /** Undefined for what is read from tables: its version follows from all of them. */
  version: number | undefined
  lastUpdated: Date
}
