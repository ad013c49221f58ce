import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { unfold } from '../../../contract/answer.ts'
import type { DraftBody } from '../../../contract/questionnaire-design.ts'
import type { Answers, Localized, Question } from '../../../contract/questionnaire.ts'
import '../task/work.css'
import { answersThatApply, isDangerous, shownQuestions } from '../task/answering.ts'
import { PhotoProvider, type PhotoStore, remembering } from '../task/photos.ts'
import { QuestionField } from '../task/QuestionField.tsx'
import { ScoreText } from '../task/ScoreText.tsx'

/** What has no words yet is shown by a stand-in, so that it can be seen and clicked. */
function legible(question: Question, untitled: string): Question {
  const words = (text: Localized, instead: string) => (text['zh-CN'] ? text : { ...text, 'zh-CN': instead })
  return {
    ...question,
    text: words(question.text, untitled),
    ...(question.options && {
      options: question.options.map((one) => ({ ...one, text: words(one.text, one.value || untitled) })),
    }),
  }
}

/** Pictures that are tried out stay in this page. */
function triedOut(): PhotoStore {
  const gone = () => Promise.reject(new Error('not taken here'))
  return remembering({ send: () => Promise.resolve(), load: gone })
}

/** The form as it will be, to be tried out; nothing is kept. */
export function Preview({ body }: { body: DraftBody }) {
  const { t } = useTranslation()
  const [answers, setAnswers] = useState<Answers>({})
  const [round, setRound] = useState(0)
  const [photos] = useState(triedOut)
  const clear = () => {
    setAnswers({})
    setRound(round + 1)
  }
  return (
    <section className="design-preview" aria-labelledby="design-preview">
      <div className="design-preview-head">
        <h2 id="design-preview">{t('designer.preview')}</h2>
        <Button size="small" onClick={clear}>
          {t('designer.clear')}
        </Button>
      </div>
      <p className="secondary small">
        {t('designer.previewHint')}
        <ScoreText questionnaire={body} answers={answersThatApply(body, answers)} />
      </p>
      <PhotoProvider value={photos}>
        {unfold(shownQuestions(body, answers)).map((question) => (
          <QuestionField
            key={`${round}-${question.linkId}-${question.type}`}
            question={legible(question, t('designer.untitled'))}
            value={answers[question.linkId]}
            disabled={false}
            danger={isDangerous(question, answers) ? 'seen' : null}
            problem={null}
            onChange={(value) => setAnswers((before) => ({ ...before, [question.linkId]: value }))}
            onMove={() => undefined}
          />
        ))}
      </PhotoProvider>
    </section>
  )
}
