import './letter.css'
import { Link, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Letter, makeLetter } from '../../../contract/task-result.ts'
import { renderText } from '../../../contract/template.ts'
import { isoDay } from '../../format/time.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { useDo } from '../../ui/useDo.ts'

/** One A4 sheet to a person who cannot be reached. The address is shown only when asked for: the look is logged. */
export default function LetterPage() {
  const { t } = useTranslation()
  const { taskId } = useParams({ strict: false })
  const [letter, setLetter] = useState<Letter | null>(null)
  const make = useDo(makeLetter, { onDone: setLetter })
  return (
    <div className="letter-page">
      <div className="no-print">
        <PageHeader
          title={t('ladder.letterTitle')}
          extra={
            <>
              <Link to="/desk/$taskId" params={{ taskId: String(taskId) }}>
                {t('ladder.backToTask')}
              </Link>
              {letter && (
                <Button type="primary" onClick={() => window.print()}>
                  {t('ladder.print')}
                </Button>
              )}
            </>
          }
        />
        {!letter && (
          <div className="notice tone-info">
            <div>
              <strong>{t('ladder.letterHint')}</strong>
              <p>{t('ladder.letterLogged')}</p>
            </div>
            <Button
              type="primary"
              loading={make.isPending}
              onClick={() => make.mutate({ params: { id: Number(taskId) } })}
            >
              {t('ladder.makeLetter')}
            </Button>
          </div>
        )}
        {letter && !letter.phone && <p className="notice tone-warning">{t('ladder.noPhone')}</p>}
      </div>
      {letter && <Sheet letter={letter} />}
    </div>
  )
}

function Sheet({ letter }: { letter: Letter }) {
  const { t } = useTranslation()
  const words = {
    name: letter.name,
    hospital: letter.hospital,
    phone: letter.phone || t('ladder.phoneBlank'),
  }
  const text = renderText(letter.text, words)
  return (
    <article className="letter-sheet" lang="zh-CN">
      <address>
        {letter.postalCode && <span>{letter.postalCode}</span>}
        <span>{letter.address}</span>
        <b>{t('ladder.to', { name: letter.name })}</b>
      </address>
      <p className="letter-text">{text}</p>
      <p className="letter-sign">
        {letter.hospital}
        <br />
        {isoDay(new Date(letter.date))}
      </p>
      <p className="letter-number">{t('ladder.number', { number: letter.number })}</p>
    </article>
  )
}
