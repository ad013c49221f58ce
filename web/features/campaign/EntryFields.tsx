import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { campaignEvents, type CampaignPlan } from '../../../contract/campaign.ts'
import { useCode } from '../../i18n/useCode.ts'
import { DateField, FieldRow, NumberField, PickField } from '../../ui/fields.ts'
import { CalendarFields } from '../pathway/editor/CalendarFields.tsx'
import { entryFor } from './presets.ts'

type EntryFieldsProps = {
  plan: CampaignPlan
  level: number
  onChange: (patch: Partial<CampaignPlan>) => void
  /** Its last day, for one that goes on. */
  children: ReactNode
}

const usual = { once: entryFor(1), calendar: entryFor(3), event: entryFor(4) } as const

/** When persons enter, and how many at a time. */
export function EntryFields({ plan, level, onChange, children }: EntryFieldsProps) {
  const { t } = useTranslation()
  const code = useCode()
  const { entry } = plan
  return (
    <>
      {level > 2 && (
        <PickField
          label={t('campaigns.entryLabel')}
          value={entry.kind}
          options={(['calendar', 'event'] as const).map((value) => ({
            value,
            text: t(`campaigns.entryKind.${value}`),
          }))}
          onChange={(kind) => onChange({ entry: usual[kind as keyof typeof usual] })}
        />
      )}
      {entry.kind === 'once' && (
        <FieldRow>
          <DateField
            label={t('campaigns.date')}
            value={entry.date}
            onChange={(date) => onChange({ entry: { ...entry, date } })}
          />
          <NumberField
            label={t('campaigns.hour')}
            min={0}
            max={23}
            value={entry.hour}
            onChange={(hour) => onChange({ entry: { ...entry, hour } })}
          />
          <PerHour plan={plan} onChange={onChange} />
        </FieldRow>
      )}
      {entry.kind === 'calendar' && (
        <CalendarFields
          calendar={entry.schedule}
          onChange={(schedule) => onChange({ entry: { kind: 'calendar', schedule } })}
        />
      )}
      {entry.kind === 'event' && (
        <FieldRow>
          <PickField
            label={t('campaigns.event')}
            value={entry.event}
            options={campaignEvents.map((value) => ({ value, text: code('eventKind', value) }))}
            onChange={(event) => onChange({ entry: { ...entry, event: event as typeof entry.event } })}
          />
          <NumberField
            label={t('campaigns.againAfter')}
            min={1}
            max={3650}
            value={entry.againAfterDays}
            onChange={(againAfterDays) => onChange({ entry: { ...entry, againAfterDays } })}
          />
        </FieldRow>
      )}
      {entry.kind !== 'once' && (
        <FieldRow>
          {children}
          {entry.kind === 'calendar' && <PerHour plan={plan} onChange={onChange} />}
        </FieldRow>
      )}
    </>
  )
}

function PerHour({ plan, onChange }: Pick<EntryFieldsProps, 'plan' | 'onChange'>) {
  const { t } = useTranslation()
  return (
    <NumberField
      label={t('campaigns.perHour')}
      hint={t('campaigns.perHourHint')}
      min={1}
      max={1_000_000}
      value={plan.perHour}
      onChange={(perHour) => onChange({ perHour })}
      onClear={() => onChange({ perHour: null })}
    />
  )
}
