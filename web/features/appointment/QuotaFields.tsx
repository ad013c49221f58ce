import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { bookingChannels, type Quota } from '../../../contract/clinic-schedule.ts'
import { NumberField, PickField } from '../../ui/fields.ts'

type QuotaFieldsProps = { value: Quota[]; error?: string | undefined; onChange: (value: Quota[]) => void }

/** Places that only one channel may take, until they are released. */
export function QuotaFields({ value, error, onChange }: QuotaFieldsProps) {
  const { t } = useTranslation()
  const left = bookingChannels.filter((one) => !value.some((quota) => quota.channel === one))
  const change = (index: number, patch: Partial<Quota>) =>
    onChange(value.map((one, at) => (at === index ? { ...one, ...patch } : one)))
  return (
    <fieldset className="field-set stack">
      <legend>{t('schedules.quotas')}</legend>
      {value.map((quota, index) => (
        <div className="fields-auto" key={quota.channel}>
          <PickField
            label={t('appointments.how')}
            value={quota.channel}
            options={bookingChannels
              .filter((one) => one === quota.channel || left.includes(one))
              .map((one) => ({ value: one, text: t(`appointments.channel.${one}`) }))}
            onChange={(channel) => change(index, { channel: channel as Quota['channel'] })}
          />
          <NumberField
            label={t('schedules.quotaPlaces')}
            min={1}
            max={500}
            step={1}
            value={quota.places}
            onChange={(places) => change(index, { places })}
          />
          <NumberField
            label={t('schedules.quotaRelease')}
            min={0}
            max={1440}
            step={1}
            value={quota.releaseHours}
            onChange={(releaseHours) => change(index, { releaseHours })}
          />
          <Button onClick={() => onChange(value.filter((_, at) => at !== index))}>
            {t('schedules.removeQuota')}
          </Button>
        </div>
      ))}
      {error && <span className="field-error">{error}</span>}
      {left[0] && (
        <Button
          onClick={() => onChange([...value, { channel: left[0] ?? 'web', places: 1, releaseHours: 24 }])}
        >
          {t('schedules.addQuota')}
        </Button>
      )}
    </fieldset>
  )
}
