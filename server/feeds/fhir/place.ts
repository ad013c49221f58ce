import type { z } from 'zod'
import type { Trx } from '../../platform/db.ts'
import { ensureDepartments, ensureSites, ensureStaff } from '../../modules/organisation/ensure.ts'
import { conceptText, nameText } from './concept.ts'
import type { Sender } from './context.ts'
import type { Item } from './item.ts'
import { literal } from './reference.ts'
import type * as schema from './schema.ts'
import type { Reference } from './schema.ts'
import { loadPlaces } from './store.ts'
import type { Resource } from './types.ts'

/** The site, department or staff member of an Organization, Location, Practitioner or PractitionerRole. */
export type Place = {
  type: string
  id: string
  siteId: number | null
  departmentId: number | null
  staffId: number | null
  /** Its code in the hospital's systems, and its name. */
  code: string
  name: string | null
}

type Organization = z.output<typeof schema.organization>
type Location = z.output<typeof schema.location>
type Practitioner = z.output<typeof schema.practitioner>
type Role = z.output<typeof schema.practitionerRole>

/** A reference and its required type, which a logical reference does not contain. */
export type Referred = [type: string, reference: Reference | undefined]

/** A reference as a key: `Location/7`, or by identifier `Location?system|value`. */
function keysOfReference(type: string, reference: Reference | undefined): string[] {
  const { reference: text, identifier } = reference ?? {}
  if (text !== undefined) return literal(text)?.type === type ? [text] : []
  return identifier?.value ? [`${type}?${identifier.system ?? ''}|${identifier.value}`] : []
}

/** Places by reference: those of this transaction and stored ones. */
export class Places {
  readonly #known = new Map<string, Place>()

  add(place: Place, identifiers: { system?: string | undefined; value?: string | undefined }[]): void {
    this.#known.set(`${place.type}/${place.id}`, place)
    for (const { system, value } of identifiers)
      if (value) this.#known.set(`${place.type}?${system ?? ''}|${value}`, place)
  }

  get(type: string, reference: Reference | undefined): Place | undefined {
    return keysOfReference(type, reference)
      .map((key) => this.#known.get(key))
      .find((place) => place !== undefined)
  }

  /** Looks up unknown references in one statement. */
  async load(trx: Trx, references: Referred[]): Promise<void> {
    const keys = references.flatMap(([type, one]) => keysOfReference(type, one))
    const missing = [...new Set(keys)].filter((key) => !this.#known.has(key))
    for (const row of await loadPlaces(trx, missing)) {
      const { content } = row
      const identifiers = (content['identifier'] ?? []) as { system?: string; value?: string }[]
      this.#known.set(row.key, {
        type: row.type,
        id: row.id,
        siteId: row.site_id,
        departmentId: row.department_id,
        staffId: row.staff_id,
        code: identifiers.find((one) => one.value)?.value ?? row.id,
        name: nameOf(row.type, content),
      })
    }
  }
}

function nameOf(type: string, { name }: Resource): string | null {
  if (type === 'Practitioner') return nameText(name as Practitioner['name'])
  return typeof name === 'string' ? name : null
}

/** A building contains departments but is none; beds and rooms are inside departments. */
const notDepartments = new Set(['si', 'bu', 'wi', 'lvl', 'ro', 'bd', 've', 'ho', 'ca', 'rd', 'area', 'jdn'])

function isDepartment(one: Organization): boolean {
  return (
    one.partOf !== undefined ||
    (one.type ?? []).some((type) => (type.coding ?? []).some((coding) => coding.code === 'dept'))
  )
}

/**
 * Writes the organisation resources of a transaction as sites, departments and staff, shared with HL7. A sender bound to one site stays in
 * it: any hospital it names is that site.
 */
export async function placeOrganisation(trx: Trx, sender: Sender, items: Item[]): Promise<Places> {
  const places = new Places()
  const of = <T>(type: string) =>
    items.filter((item) => item.type === type).map((item) => ({ item, resource: item.resolved as T }))
  const organizations = of<Organization>('Organization')
  const locations = of<Location>('Location')
  const practitioners = of<Practitioner>('Practitioner')
  const roles = of<Role>('PractitionerRole')
  await places.load(trx, [
    ...organizations.map(({ resource }): Referred => ['Organization', resource.partOf]),
    ...locations.map(({ resource }): Referred => ['Organization', resource.managingOrganization]),
    ...roles.flatMap(({ resource }): Referred[] => [
      ['Organization', resource.organization],
      ['Practitioner', resource.practitioner],
      ...(resource.location ?? []).map((one): Referred => ['Location', one]),
    ]),
  ])

  const add = (
    item: Item,
    place: Partial<Place>,
    identifiers: Organization['identifier'],
    name: string | null,
  ) => {
    const { type, id } = item
    const code = codeOf(item, identifiers)
    const whole = {
      siteId: null,
      departmentId: null,
      staffId: null,
      ...place,
      type,
      id: id ?? '',
      code,
      name,
    }
    item.place = whole
    places.add(whole, identifiers ?? [])
  }

  const hospitals = organizations.filter(({ resource }) => !isDepartment(resource))
  const wanted = hospitals.map(({ item, resource }) => ({
    code: codeOf(item, resource.identifier),
    name: resource.name ?? null,
  }))
  const sites = sender.reach.all ? await ensureSites(trx, wanted) : new Map<string, number>()
  for (const { item, resource } of hospitals) {
    const siteId = sites.get(codeOf(item, resource.identifier)) ?? sender.site.id
    add(item, { siteId }, resource.identifier, resource.name ?? null)
  }

  const inner = [
    ...organizations
      .filter(({ resource }) => isDepartment(resource))
      .map(({ item, resource }) => ({ item, resource, parent: places.get('Organization', resource.partOf) })),
    ...locations.map(({ item, resource }) => ({
      item,
      resource,
      parent: places.get('Organization', resource.managingOrganization),
    })),
  ].map((one) => ({ ...one, siteId: one.parent?.siteId ?? sender.site.id }))
  const made = await ensureDepartments(
    trx,
    inner
      .filter((one) => ownsDepartment(one))
      .map(({ item, resource, siteId }) => ({
        siteId,
        code: codeOf(item, resource.identifier),
        name: resource.name ?? null,
        specialty: null,
      })),
  )
  for (const one of inner) {
    const { item, resource, parent, siteId } = one
    const departmentId = ownsDepartment(one)
      ? (made.get(`${siteId}|${codeOf(item, resource.identifier)}`) ?? null)
      : (parent?.departmentId ?? null)
    add(item, { siteId, departmentId }, resource.identifier, resource.name ?? null)
  }

  for (const { item, resource } of practitioners) add(item, {}, resource.identifier, nameText(resource.name))
  const employed = roles.map(({ item, resource }) => {
    const organization = places.get('Organization', resource.organization)
    const location = (resource.location ?? []).map((one) => places.get('Location', one)).find((one) => one)
    const siteId = organization?.siteId ?? location?.siteId ?? sender.site.id
    const departmentId = organization?.departmentId ?? location?.departmentId ?? null
    return { item, resource, siteId, departmentId, person: staffOf(places, resource.practitioner) }
  })
  const staff = await ensureStaff(
    trx,
    employed.flatMap(({ siteId, departmentId, person }) =>
      person ? [{ siteId, departmentId, code: person.code, name: person.name }] : [],
    ),
  )
  for (const { item, resource, siteId, departmentId, person } of employed) {
    const staffId = (person && staff.get(`${siteId}|${person.code}`)) ?? null
    add(item, { siteId, departmentId, staffId }, resource.identifier, conceptText(resource.code?.[0]))
  }
  return places
}

type Inner = { item: Item; resource: Organization | Location; parent: Place | undefined }

function ownsDepartment({ item, resource, parent }: Inner): boolean {
  if (item.type === 'Organization') return true
  const { physicalType } = resource as Location
  const kind = physicalType?.coding?.find((one) => one.code)?.code
  return parent?.departmentId == null && !(kind !== undefined && notDepartments.has(kind))
}

/** Its code in the hospital's systems: the first identifier, else the id it was sent with. */
function codeOf(item: Item, identifiers: Organization['identifier']): string {
  return (identifiers?.find((one) => one.value)?.value ?? item.id ?? '').slice(0, 100)
}

/** Code and name behind a reference to a practitioner, even if the practitioner was never sent. */
export function staffOf(
  places: Places,
  reference: Reference | undefined,
): { code: string; name: string | null } | undefined {
  if (!reference) return undefined
  const known = places.get('Practitioner', reference)
  const code = known?.code ?? reference.identifier?.value ?? literal(reference.reference)?.id
  return code === undefined ? undefined : { code, name: known?.name ?? reference.display ?? null }
}
