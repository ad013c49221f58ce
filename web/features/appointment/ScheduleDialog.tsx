import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import {
  createSchedule,
  listClinicSessions,
  listSchedules,
  type Quota,
  type Schedule,
  updateSchedule,
} from '../../../contract/clinic-schedule.ts'
import { call } from '../../api.ts'
import { isoDay } from '../../format/time.ts'
import { CheckField, DateField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { PlaceFields } from './PlaceFields.tsx'
import { QuotaFields } from './QuotaFields.tsx'
import { useWeekdays } from './useWeekdays.ts'

type ScheduleDialogProps = { siteId: number; schedule: Schedule | null; onClose: () => void }

/** One weekly schedule; saving makes or changes its clinics and says which days stay as they are. */
export function ScheduleDialog({ siteId, schedule, onClose }: ScheduleDialogProps) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const weekdays = useWeekdays()
  const form = useContractForm(schedule ? updateSchedule : createSchedule, {
    ...(schedule && { params: { id: schedule.id } }),
    values: schedule ?? {
      siteId,
      staffId: null,
      roomId: null,
      equipmentId: null,
      weekday: 1,
      starts: '08:00',
      ends: '12:00',
      slotMinutes: 10,
      places: 1,
      overbook: 0,
      quotas: [],
      validFrom: isoDay(new Date()),
      validTo: null,
      holidays: false,
      makeUp: false,
    },
    latest: async () =>
      schedule
        ? (await call(listSchedules, { query: { siteId } })).items.find((one) => one.id === schedule.id)
        : undefined,
    stale: [listSchedules, listClinicSessions],
    done: ({ sessions }) => t('schedules.made', { ...sessions }),
    onDone: ({ sessions }) => {
      onClose()
      if (sessions.kept.length > 0)
        void modal.info({
          title: t('schedules.made', { ...sessions }),
          content: t('schedules.kept', {
            days: sessions.kept
              .map((one) => `${one.date}（${t(`schedules.keptReason.${one.reason}`)}）`)
              .join('、'),
          }),
        })
    },
  })
  const { values } = form
  const minute = (time: unknown) => Number(String(time).slice(0, 2)) * 60 + Number(String(time).slice(3, 5))
  const capacity =
    Math.floor((minute(values['ends']) - minute(values['starts'])) / Number(values['slotMinutes'])) *
    Number(values['places'])
  return (
    <FormDialog
      title={t(schedule ? 'schedules.editOf' : 'schedules.add')}
      size="large"
      form={form}
      onClose={onClose}
    >
      <PlaceFields
        siteId={siteId}
        staffName={schedule?.staffName ?? null}
        department={form.pick('departmentId')}
        staff={form.pick('staffId')}
        type={form.pick('visitTypeId')}
        room={form.pick('roomId')}
        equipment={form.pick('equipmentId')}
      />
      <div className="fields-auto">
        <PickField
          label={t('schedules.weekday')}
          {...form.pick('weekday')}
          options={weekdays.map((text, index) => ({ value: String(index + 1), text }))}
        />
        <TextField label={t('schedules.starts')} {...form.text('starts')} />
        <TextField label={t('schedules.ends')} {...form.text('ends')} />
      </div>
      <div className="fields-auto">
        <NumberField label={t('schedules.slotMinutes')} {...form.number('slotMinutes')} />
        <NumberField
          label={t('schedules.placesAtOnce')}
          hint={capacity > 0 ? t('schedules.capacity', { n: capacity }) : undefined}
          {...form.number('places')}
        />
        <NumberField label={t('schedules.overbook')} {...form.number('overbook')} />
      </div>
      <QuotaFields
        value={values['quotas'] as Quota[]}
        error={form.errors['quotas']}
        onChange={(quotas) => form.change({ quotas })}
      />
      <div className="fields-auto">
        <DateField label={t('schedules.validFrom')} {...form.text('validFrom')} />
        <DateField label={t('schedules.validTo')} {...form.text('validTo')} />
      </div>
      <CheckField label={t('schedules.holidays')} {...form.check('holidays')} />
      <CheckField label={t('schedules.makeUp')} {...form.check('makeUp')} />
    </FormDialog>
  )
}
