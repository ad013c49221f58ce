import { Dialog } from '../../ui/Dialog.tsx'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { PersonPick } from '../../app/PersonPick.tsx'

/** Finds the other record of somebody; the two are then shown side by side. */
export default function PickDialog({ personId, onClose }: { personId: number; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return (
    <Dialog title={t('match.mergeWith')} onClose={onClose}>
      <PersonPick
        label={t('match.findOther')}
        empty={t('person.notFound')}
        exceptId={personId}
        onChoose={(other) =>
          void navigate({
            to: '/persons/merge/$left/$right',
            params: { left: String(personId), right: String(other.id) },
          })
        }
      />
    </Dialog>
  )
}
