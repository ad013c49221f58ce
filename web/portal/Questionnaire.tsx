import { useTranslation } from 'react-i18next'
import { FormScreen } from '../form/FormScreen.tsx'
import { lookUp, rememberPass, type View } from '../form/view.ts'
import { post } from './api.ts'
import { Unready } from './parts.tsx'
import { useLoad } from './useLoad.ts'

/** The form of a task, as behind a link, but without the question who it is. @public Used through a dynamic import. */
export default function Questionnaire({
  taskId,
  about,
  onBack,
}: {
  taskId: number
  about: number
  onBack: () => void
}) {
  const { t } = useTranslation()
  const { data, failed, again } = useLoad(async (): Promise<{ token: string; first: View }> => {
    const { token, pass } = await post<{ token: string; pass: string }>(`/questionnaires/${taskId}/open`, {
      for: about,
    })
    rememberPass(token, pass)
    return { token, first: await lookUp(token, {}) }
  }, `${about} ${taskId}`)
  const back = (
    <button type="button" className="plain-button book-link portal-back" onClick={onBack}>
      ‹ {t('portal.tab.home')}
    </button>
  )
  if (failed !== undefined && failed !== 'network')
    return (
      <section className="form-card">
        <p role="alert">{t('portal.answered')}</p>
        {back}
      </section>
    )
  if (!data) return <Unready failed={failed} onAgain={again} />
  return (
    <>
      {back}
      <FormScreen token={data.token} first={data.first} inside />
    </>
  )
}
