"""Forms: questions as data. A step asks and parses; the engine owns moving, cancelling, skipping and typed numbers.

Where somebody stands in a form is a row of the database (form, version, step, answers, revision), so a restart, a
second process or a stale button loses nothing and surprises nobody.
"""

from handlers.form.photos import Photos
from handlers.form.pick import Pick
from handlers.form.steps import Confirm, Form, Moment, Number, Phone, Problem, Read, Step, Text
from handlers.form.world import Place

__all__ = ["Confirm", "Form", "Moment", "Number", "Phone", "Photos", "Pick", "Place", "Problem", "Read", "Step", "Text"]
