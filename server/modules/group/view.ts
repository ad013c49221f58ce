import type { GroupAgreement, GroupContact, GroupDetail, GroupSummary } from '../../../contract/group.ts'
import { type Actor, may } from '../../platform/actor.ts'
import { maskEmail, maskPhone } from '../person/mask.ts'
import { formatPhone } from '../person/phone.ts'

export type SummaryRow = {
  id: number
  code: string
  name: string
  kind: GroupSummary['kind']
  status: GroupSummary['status']
  level: GroupSummary['level']
  site_id: number | null
  site_name: string | null
  owner_name: string | null
  members: number
  agreement: { number: string; valid_until: string | null; expired: boolean; expires_soon: boolean } | null
}

export function viewGroupSummary(row: SummaryRow): GroupSummary {
  const { agreement } = row
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    kind: row.kind,
    status: row.status,
    level: row.level,
    siteId: row.site_id,
    siteName: row.site_name,
    ownerName: row.owner_name,
    members: row.members,
    agreement: agreement && {
      number: agreement.number,
      validUntil: agreement.valid_until,
      expired: agreement.expired,
      expiresSoon: agreement.expires_soon,
    },
  }
}

export type DetailRow = {
  group: {
    id: number
    site_id: number | null
    code: string
    name: string
    kind: GroupDetail['kind']
    status: GroupDetail['status']
    level: GroupDetail['level']
    parent_id: number | null
    tax_id: string | null
    industry: string | null
    headcount: number | null
    phone: string | null
    address: string | null
    district: string | null
    city: string | null
    province: string | null
    owner_staff_id: number | null
    note: string | null
    source: string
    version: number
    updated_at: string
  }
  site_name: string | null
  owner_name: string | null
  parent_name: string | null
  children: { id: number; name: string }[]
  contacts: {
    id: number
    name: string
    title: string | null
    role: GroupContact['role']
    phone: string | null
    email: string | null
    main: boolean
    active: boolean
    note: string | null
    source: string
    version: number
  }[]
  agreements: {
    id: number
    number: string
    title: string | null
    status: GroupAgreement['status']
    valid_from: string | null
    valid_until: string | null
    payment: GroupAgreement['payment']
    discount_percent: number | null
    credit_limit: number | null
    currency: string
    services: GroupAgreement['services']
    terms: string | null
    document: string | null
    signed_on: string | null
    expired: boolean
    expires_soon: boolean
    source: string
    version: number
    updated_at: string
  }[]
  members: number
  former_members: number
}

/** Telephone numbers of contacts are shown in full to those who manage group customers, and masked for everybody else. */
export function viewGroup(row: DetailRow, actor: Actor): GroupDetail {
  const { group } = row
  const whole = may(actor, 'group.write')
  return {
    id: group.id,
    version: group.version,
    siteId: group.site_id,
    siteName: row.site_name,
    code: group.code,
    name: group.name,
    kind: group.kind,
    status: group.status,
    level: group.level,
    parentId: group.parent_id,
    parentName: row.parent_name,
    children: row.children,
    taxId: group.tax_id,
    industry: group.industry,
    headcount: group.headcount,
    phone: group.phone,
    address: group.address,
    district: group.district,
    city: group.city,
    province: group.province,
    ownerStaffId: group.owner_staff_id,
    ownerName: row.owner_name,
    note: group.note,
    members: row.members,
    formerMembers: row.former_members,
    contacts: row.contacts.map((one) => ({
      id: one.id,
      version: one.version,
      name: one.name,
      title: one.title,
      role: one.role,
      phone: one.phone && (whole ? formatPhone(one.phone) : maskPhone(one.phone)),
      email: one.email && (whole ? one.email : maskEmail(one.email)),
      main: one.main,
      active: one.active,
      note: one.note,
      source: one.source,
    })),
    agreements: row.agreements.map((one) => ({
      id: one.id,
      version: one.version,
      number: one.number,
      title: one.title,
      status: one.status,
      validFrom: one.valid_from,
      validUntil: one.valid_until,
      payment: one.payment,
      discountPercent: one.discount_percent,
      creditLimit: one.credit_limit,
      currency: one.currency,
      services: one.services,
      terms: one.terms,
      document: one.document,
      signedOn: one.signed_on,
      expired: one.expired,
      expiresSoon: one.expires_soon,
      source: one.source,
      updatedAt: new Date(one.updated_at).toISOString(),
    })),
    source: group.source,
    updatedAt: new Date(group.updated_at).toISOString(),
    abilities: { write: whole, export: may(actor, 'group.export') },
  }
}
