import { type ClaimField, claimFields } from '../../../contract/provenance.ts'
import type { Db } from '../../platform/db.ts'
import { settingDefinitions, type SettingKey } from '../setting/definitions.ts'
import { readSettings } from '../setting/setting.ts'
import { type ClaimRule, type FieldRule } from './claim.ts'

export type ClaimRules = Record<ClaimField, FieldRule>

const trustedKey = 'provenance.trusted' satisfies SettingKey
const keyOf = (field: ClaimField) => `provenance.${field}` as const

/** The site's current rules. */
export async function readClaimRules(db: Db): Promise<ClaimRules> {
  return rulesFrom(await readSettings(db, [trustedKey, ...claimFields.map(keyOf)]))
}

/** Rules from the settings; defaults for the rest. */
export function rulesFrom(set: Record<string, unknown>): ClaimRules {
  const trusted = set[trustedKey]
  const orders = readOrders(
    typeof trusted === 'string' ? trusted : settingDefinitions[trustedKey].defaultValue,
  )
  const rule = (field: ClaimField): FieldRule => ({
    rule: (set[keyOf(field)] ?? settingDefinitions[keyOf(field)].defaultValue) as ClaimRule,
    trusted: orders.get(field) ?? orders.get('') ?? [],
  })
  return {
    name: rule('name'),
    sex: rule('sex'),
    birthDate: rule('birthDate'),
    maritalStatus: rule('maritalStatus'),
    language: rule('language'),
    deceased: rule('deceased'),
    address: rule('address'),
  }
}

/** `hl7:HIS/NH, fhir; address = portal, hl7:HIS/NH`: one order for all fields, and others for the fields named. */
export function readOrders(text: string): Map<string, string[]> {
  const names = (list: string) =>
    list
      .split(/[,，、]/)
      .map((name) => name.trim())
      .filter(Boolean)
  return new Map(
    text
      .split(/[;；\n]/)
      .map((part) => part.split('='))
      .map(([left = '', right]): [string, string[]] =>
        right === undefined ? ['', names(left)] : [left.trim(), names(right)],
      )
      .filter(([, order]) => order.length > 0),
  )
}
