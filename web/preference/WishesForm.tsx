import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Wishes } from '../../contract/preference.ts'
import { languageNames, languages } from '../i18n/language.ts'
import type { OpenWishes } from './api.ts'

type WishesFormProps = { view: OpenWishes; busy: boolean; onSave: (wishes: Partial<Wishes>) => void }

const preferable = ['sms', 'wechat', 'email', 'phone'] as const
const hour = (n: number) => `${String(n).padStart(2, '0')}:00`

/** Only what was changed is sent: what the person did not touch is no statement of theirs. */
export function WishesForm({ view, busy, onSave }: WishesFormProps) {
  const { t } = useTranslation()
  const [wishes, setWishes] = useState(view.wishes)
  const set = (more: Partial<Wishes>) => setWishes({ ...wishes, ...more })
  const changed = (Object.keys(wishes) as (keyof Wishes)[]).filter(
    (key) => JSON.stringify(wishes[key]) !== JSON.stringify(view.wishes[key]),
  )
  const hours = hoursBetween(view)
  const first = hours[0] ?? 8
  const last = (hours.at(-1) ?? 20) + 1
  const channels = Object.keys(wishes.channels) as (keyof Wishes['channels'])[]
  return (
    <form
      className="wishes-form"
      onSubmit={(event) => {
        event.preventDefault()
        onSave(Object.fromEntries(changed.map((key) => [key, wishes[key]])))
      }}
    >
      <fieldset>
        <legend>{t('wishes.purposes')}</legend>
        <Check label={t('wishes.clinical')} hint={t('wishes.clinicalHint')} checked disabled />
        <Check
          label={t('wishes.service')}
          hint={t('wishes.serviceHint')}
          checked={wishes.service}
          onChange={(service) => set({ service })}
        />
        <Check
          label={t('wishes.marketing')}
          hint={t('wishes.marketingHint')}
          checked={wishes.marketing}
          onChange={(marketing) => set({ marketing })}
        />
      </fieldset>
      {channels.length > 0 && (
        <fieldset>
          <legend>{t('wishes.channels')}</legend>
          <p className="secondary">{t('wishes.channelsHint')}</p>
          {channels.map((one) => (
            <Check
              key={one}
              label={t(`wishes.channel.${one}`)}
              checked={wishes.channels[one] ?? true}
              onChange={(on) => set({ channels: { ...wishes.channels, [one]: on } })}
            />
          ))}
        </fieldset>
      )}
      <Pick
        label={t('wishes.preferred')}
        value={wishes.preferredChannel ?? ''}
        options={[
          ['', t('wishes.any')],
          ...preferable
            .filter((one) => one in wishes.channels)
            .map((one) => [one, t(`wishes.channel.${one}`)] as const),
        ]}
        onChange={(one) => set({ preferredChannel: (one || null) as Wishes['preferredChannel'] })}
      />
      <Pick
        label={t('wishes.language')}
        value={wishes.language ?? ''}
        options={[
          ...(wishes.language === null ? [['', t('wishes.notSaid')] as const] : []),
          ...languages.map((one) => [one, languageNames[one]] as const),
        ]}
        onChange={(one) => set({ language: (one || null) as Wishes['language'] })}
      />
      <Pick
        label={t('wishes.from')}
        value={wishes.hours ? String(wishes.hours.from) : ''}
        options={[['', t('wishes.anyHour')], ...hours.map((one) => [String(one), hour(one)] as const)]}
        onChange={(from) =>
          set({
            hours:
              from === ''
                ? null
                : { from: Number(from), to: Math.max(wishes.hours?.to ?? last, Number(from) + 1) },
          })
        }
      />
      {wishes.hours && (
        <Pick
          label={t('wishes.to')}
          value={String(wishes.hours.to)}
          options={hours
            .filter((one) => one >= (wishes.hours?.from ?? first))
            .map((one) => [String(one + 1), hour(one + 1)] as const)}
          onChange={(to) => set({ hours: { from: wishes.hours?.from ?? first, to: Number(to) } })}
        />
      )}
      <button type="submit" className="form-button" disabled={busy || changed.length === 0}>
        {t('wishes.save')}
      </button>
    </form>
  )
}

/** Hours of the day in which anybody may be contacted. */
function hoursBetween({ quietFrom: from, quietTo: to }: OpenWishes): number[] {
  const asleep = (one: number) =>
    from !== to && (from < to ? one >= from && one < to : one >= from || one < to)
  return Array.from({ length: 24 }, (_, one) => one).filter((one) => !asleep(one))
}

type CheckProps = {
  label: string
  hint?: string
  checked: boolean
  disabled?: boolean
  onChange?: (checked: boolean) => void
}

function Check({ label, hint, checked, disabled = false, onChange }: CheckProps) {
  return (
    <label className="wishes-check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange?.(event.target.checked)}
      />
      <span>
        {label}
        {hint && <span className="secondary wishes-hint">{hint}</span>}
      </span>
    </label>
  )
}

type PickProps = {
  label: string
  value: string
  options: readonly (readonly [string, string])[]
  onChange: (value: string) => void
}

/** The telephone's own list: large, and known to whoever reads it. */
function Pick({ label, value, options, onChange }: PickProps) {
  return (
    <label className="wishes-pick">
      {label}
      <select className="field-input" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
