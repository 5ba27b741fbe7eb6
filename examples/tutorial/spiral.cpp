// The spiral in C++: the same calls, and what they make belongs to a unique_ptr. It prints what spiral.c does.
#include "pmy.h"

#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

constexpr int32_t arms = 3;

struct points {
    std::vector<float> at; // [count, 2]
    std::vector<int32_t> arm;

    // Points on the arms, or a little beside them.
    points(size_t count, uint64_t seed)
    {
        pmy_random random = {};
        random.seed = seed;
        for (size_t i = 0; i < count; i++) {
            arm.push_back(int32_t(i % arms));
            const double radius = 0.1 + 0.9 * pmy_random_uniform(&random);
            const double angle = 2.1 * arm.back() + 4 * radius + 0.1 * pmy_random_normal(&random);
            at.push_back(float(radius * std::cos(angle)));
            at.push_back(float(radius * std::sin(angle)));
        }
    }

    // What pmy sees of them; they must outlive it.
    pmy_dataset dataset() const
    {
        pmy_dataset view = {};
        view.reals = at.data();
        view.labels = arm.data();
        view.count = arm.size();
        view.width = 2;
        view.classes = arms;
        return view;
    }
};

void say(void *, const pmy_epoch_report *epoch)
{
    if (epoch->epoch % 10 == 0)
        std::printf("epoch %zu  loss %.2f\n", epoch->epoch, epoch->train_loss);
}

pmy_status learn(pmy_error *error)
{
    const points known(300, 1), other(150, 2);
    const pmy_dataset train = known.dataset(), test = other.dataset(), none = {};

    pmy_recipe recipe = {};
    recipe.net = "linear 32, tanh, linear 32, tanh, linear 3";
    recipe.epochs = 40;
    recipe.batch = 30;
    recipe.optim = &pmy_optim_adam;
    recipe.optim_options = pmy_optim_adam.defaults;
    recipe.learning_rate = 0.01;
    recipe.schedule = pmy_schedule_find("cosine");
    recipe.seed = 1;

    pmy_training *made = nullptr;
    pmy_status status = pmy_training_new(&recipe, &train, nullptr, &made, error);
    const std::unique_ptr<pmy_training, void (*)(pmy_training *)> training(made, pmy_training_free);
    pmy_watcher watcher = {};
    watcher.epoch = say;
    if (status == PMY_OK)
        status = pmy_train(training.get(), &none, &watcher, error);
    pmy_score score = {};
    if (status == PMY_OK)
        status = pmy_evaluate(training.get(), &test, {}, &score, error);
    if (status == PMY_OK)
        std::printf("%zu of %zu other points are right\n", score.correct, score.count);
    return status;
}

} // namespace

int main()
{
    pmy_error error = {};
    if (learn(&error) == PMY_OK)
        return 0;
    std::printf("%s\n", error.message);
    return 1;
}
