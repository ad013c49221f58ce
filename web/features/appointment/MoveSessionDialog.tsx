import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ClinicSession, listResources } from '../../../contract/clinic-schedule.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { clock, isoDay } from '../../format/time.ts'
import { useCall } from '../../query.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { choices, DateField, PickField } from '../../ui/fields.ts'
import { useMoveSession } from './useMoveSession.tsx'

/** Another doctor, room or time for one clinic; its patients move along. */
export function MoveSessionDialog({ session, onClose }: { session: ClinicSession; onClose: () => void }) {
  const { t } = useTranslation()
  const move = useMoveSession()
  const at = new Date(session.startsAt)
  const began = `${isoDay(at)}T${clock(at)}`
  const [staffId, setStaffId] = useState(session.staffId)
  const [roomId, setRoomId] = useState(session.roomId)
  const [starts, setStarts] = useState(began)
  const rooms = useCall(listResources, { query: { siteId: session.siteId } })
  const room = (rooms.data?.items ?? []).filter((one) => one.kind === 'room' && one.active)
  const changed = staffId !== session.staffId || roomId !== session.roomId || starts !== began
  return (
    <FormDialog
      title={t('schedules.standIn')}
      size="small"
      saving={false}
      disabled={!changed || starts === ''}
      onClose={onClose}
      onSave={() => {
        move(session, {
          ...(staffId !== session.staffId && { staffId }),
          ...(roomId !== session.roomId && { roomId }),
          ...(starts !== began && { startsAt: new Date(starts).toISOString() }),
        })
        onClose()
      }}
    >
      <StaffPick
        label={t('schedules.doctor')}
        value={staffId === null ? '' : String(staffId)}
        name={session.staffName}
        none={t('schedules.noDoctor')}
        onChange={(value) => setStaffId(Number(value) || null)}
      />
      <PickField
        label={t('schedules.room')}
        value={roomId === null ? '' : String(roomId)}
        none={t('schedules.noRoom')}
        options={choices(room)}
        onChange={(value) => setRoomId(Number(value) || null)}
      />
      <DateField label={t('schedules.starts')} time value={starts} onChange={setStarts} />
    </FormDialog>
  )
}
