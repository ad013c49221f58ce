import { Button } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type Appointment,
  bookAppointment,
  bookSeries,
  rescheduleAppointment,
  searchSlots,
} from '../../../contract/appointment.ts'
import { type BookingChannel, bookingChannels, listVisitTypes } from '../../../contract/clinic-schedule.ts'
import { listSites } from '../../../contract/setting.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { StaffPick } from '../../app/StaffPick.tsx'
import { clock, isoDay } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { CheckField, choices, DateField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { Notice } from '../../ui/Notice.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { JoinWaitlistDialog } from './JoinWaitlistDialog.tsx'
import { SlotList } from './SlotList.tsx'
import { appointmentRoutes } from './stale.ts'
import { useHold } from './useHold.ts'

const views = ['slot', 'doctor', 'day'] as const
const most = 100

type BookDialogProps = {
  person: { id: number; name: string } | null
  /** Its new time is looked for; left out: a new appointment. */
  moving?: Appointment
  /** The follow-up task during which it is booked. */
  taskId?: number
  usualChannel?: BookingChannel
  onClose: () => void
}

/** Finds the earliest slot that suits, holds it while it is talked about, and books it. */
export default function BookDialog({
  person: given,
  moving,
  taskId,
  usualChannel,
  onClose,
}: BookDialogProps) {
  const { t } = useTranslation()
  const time = useTime()
  const [person, setPerson] = useState(given)
  const [wish, setWish] = useState({
    siteId: moving?.siteId,
    departmentId: moving?.departmentId ?? undefined,
    staffId: moving?.staffId ?? undefined,
    visitTypeId: undefined as number | undefined,
    from: isoDay(new Date()),
    each: 'slot' as (typeof views)[number],
    channel: usualChannel ?? 'phone',
  })
  const [note, setNote] = useState('')
  const [series, setSeries] = useState<{ count: number; everyDays: number } | null>(null)
  const [waiting, setWaiting] = useState(false)
  const change = (patch: Partial<typeof wish>) => setWish((old) => ({ ...old, ...patch }))
  const places = useCall(listSites, { query: { within: 'appointment.write' } })
  const sites = places.data?.sites ?? []
  const siteId = wish.siteId ?? sites[0]?.id
  const types = useCall(
    listVisitTypes,
    { query: siteId === undefined ? {} : { siteId } },
    { enabled: siteId !== undefined },
  )
  const from = new Date(`${wish.from}T00:00:00`)
  const found = useCall(
    searchSlots,
    {
      query: {
        siteId: siteId ?? 0,
        channel: wish.channel,
        each: wish.each,
        limit: most,
        ...(from > new Date() && { from: from.toISOString() }),
        ...(wish.departmentId && { departmentId: wish.departmentId }),
        ...(wish.staffId && { staffId: wish.staffId }),
        ...(wish.visitTypeId && { visitTypeId: wish.visitTypeId }),
        overbook: true,
      },
    },
    { enabled: siteId !== undefined, placeholderData: (previous) => previous },
  )
  const { held, pending, choose, keep, lose } = useHold(wish.channel)
  const done = {
    stale: appointmentRoutes,
    onDone: () => {
      keep()
      onClose()
    },
  }
  const bookAll = useDo(bookSeries, {
    ...done,
    done: ({ items, missing }) =>
      t(missing.length === 0 ? 'appointments.series.booked' : 'appointments.series.bookedSome', {
        n: items.length,
        days: missing.map((at) => time.day(at)).join('、'),
      }),
  })
  const book = useDo(bookAppointment, {
    ...done,
    done: (made) => t('appointments.booked', { when: time.moment(made.startsAt) }),
  })
  const move = useDo(rescheduleAppointment, {
    ...done,
    done: (made) => t('appointments.rescheduled', { when: time.moment(made.startsAt) }),
  })
  // A double click comes before the button shows that it is busy.
  const sent = useRef(false)
  const save = () => {
    if (!held || !person || sent.current) return
    sent.current = true
    const onSettled = () => {
      sent.current = false
    }
    const slot = { slotId: held.slot.id, channel: wish.channel }
    if (moving)
      move.mutate(
        { params: { id: moving.id }, body: { version: moving.version, ...slot } },
        { onError: lose, onSettled },
      )
    else if (series)
      bookAll.mutate(
        { body: { personId: person.id, ...slot, ...series, note: note || null } },
        { onError: lose, onSettled },
      )
    else
      book.mutate(
        { body: { personId: person.id, ...slot, note: note || null, ...(taskId && { taskId }) } },
        { onSettled },
      )
  }
  const items = found.data?.items ?? []
  // What is held here is no longer free for others, and still shown in its place.
  const shown = [...items.filter((one) => one.id !== held?.slot.id), ...(held ? [held.slot] : [])].sort(
    (a, b) => (a.startsAt < b.startsAt ? -1 : 1),
  )
  return (
    <Dialog
      title={
        moving
          ? t('appointments.reschedule')
          : given
            ? t('appointments.bookFor', { name: given.name })
            : t('appointments.book')
      }
      size="large"
      onClose={onClose}
      footer={
        <div className="form-foot">
          {held ? (
            <span role="status">
              {time.moment(held.slot.startsAt)} · {held.slot.staffName ?? t('appointments.anyDoctor')} ·{' '}
              <span className="secondary small">
                {t('appointments.pick.held', { time: clock(new Date(held.until)) })}
              </span>
            </span>
          ) : (
            <span className="secondary">{t('appointments.pick.choose')}</span>
          )}
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            type="primary"
            disabled={!held || !person}
            loading={book.isPending || bookAll.isPending || move.isPending}
            onClick={save}
          >
            {t(moving ? 'appointments.reschedule' : 'appointments.book')}
          </Button>
        </div>
      }
    >
      <div className="stack">
        {!given && (
          <PersonPick
            label={t('appointments.person')}
            empty={t('appointments.noPerson')}
            chosenId={person?.id ?? null}
            onChoose={({ id, name }) => setPerson({ id, name })}
          />
        )}
        {moving && (
          <Notice
            tone="info"
            title={`${time.moment(moving.startsAt)} · ${[moving.departmentName, moving.staffName, moving.title].filter(Boolean).join(' · ')}`}
          />
        )}
        <div className="fields-auto">
          {sites.length > 1 && (
            <PickField
              label={t('settings.site')}
              value={String(siteId ?? '')}
              options={choices(sites)}
              onChange={(value) =>
                change({
                  siteId: Number(value),
                  departmentId: undefined,
                  staffId: undefined,
                  visitTypeId: undefined,
                })
              }
            />
          )}
          <PickField
            label={t('appointments.department')}
            value={wish.departmentId ? String(wish.departmentId) : ''}
            none={t('appointments.allDepartments')}
            options={choices(
              (places.data?.departments ?? []).filter((one) => one.active && one.siteId === siteId),
            )}
            onChange={(value) => change({ departmentId: Number(value) || undefined })}
          />
          <StaffPick
            label={t('appointments.doctor')}
            value={wish.staffId ? String(wish.staffId) : ''}
            name={moving?.staffName ?? null}
            none={t('appointments.allDoctors')}
            onChange={(value) => change({ staffId: Number(value) || undefined })}
          />
          <PickField
            label={t('appointments.type')}
            value={wish.visitTypeId ? String(wish.visitTypeId) : ''}
            none={t('appointments.allTypes')}
            options={choices((types.data?.items ?? []).filter((one) => one.active))}
            onChange={(value) => change({ visitTypeId: Number(value) || undefined })}
          />
        </div>
        <div className="fields-auto">
          <DateField
            label={t('appointments.pick.from')}
            value={wish.from}
            min={isoDay(new Date())}
            onChange={(value) => change({ from: value || isoDay(new Date()) })}
          />
          <PickField
            label={t('appointments.pick.each')}
            value={wish.each}
            options={views.map((one) => ({ value: one, text: t(`appointments.pick.${one}`) }))}
            onChange={(value) => change({ each: views.find((one) => one === value) ?? 'slot' })}
          />
          <PickField
            label={t('appointments.how')}
            value={wish.channel}
            options={bookingChannels
              .filter((one) => one !== 'web')
              .map((one) => ({ value: one, text: t(`appointments.channel.${one}`) }))}
            onChange={(value) => change({ channel: bookingChannels.find((one) => one === value) ?? 'phone' })}
          />
          {!moving && (
            <TextField
              label={t('appointments.note')}
              hint={t('appointments.noteHint')}
              maxLength={500}
              value={note}
              onChange={setNote}
            />
          )}
        </div>
        {!moving && (
          <div className="fields-auto">
            <CheckField
              label={t('appointments.series.label')}
              checked={series !== null}
              onChange={(on) => setSeries(on ? { count: 10, everyDays: 7 } : null)}
            />
            {series && (
              <>
                <NumberField
                  label={t('appointments.series.count')}
                  min={2}
                  max={60}
                  value={series.count}
                  onChange={(count) => setSeries({ ...series, count })}
                />
                <NumberField
                  label={t('appointments.series.everyDays')}
                  min={1}
                  max={90}
                  value={series.everyDays}
                  onChange={(everyDays) => setSeries({ ...series, everyDays })}
                />
              </>
            )}
          </div>
        )}
        {found.isError || !found.data ? (
          <Unloaded query={found} />
        ) : shown.length === 0 ? (
          <EmptyState title={t('appointments.pick.none')} hint={t('appointments.pick.noneHint')} />
        ) : (
          <>
            <SlotList slots={shown} chosen={held?.slot.id ?? null} pending={pending} onChoose={choose} />
            {items.length === most && (
              <p className="secondary small">{t('appointments.pick.most', { n: most })}</p>
            )}
          </>
        )}
        {!moving && person && (
          <Button type="link" onClick={() => setWaiting(true)}>
            {t('waitlist.instead')}
          </Button>
        )}
      </div>
      {waiting && (
        <JoinWaitlistDialog
          person={person}
          departmentId={wish.departmentId}
          onClose={() => setWaiting(false)}
        />
      )}
    </Dialog>
  )
}
